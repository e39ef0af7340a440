import type { State } from '../../api/thread-queries.ts';
import type { LifecycleState } from '../../parts/status.tsx';

export type Look = 'visited' | 'current' | 'waiting' | 'paused' | 'failed';

/** How each node that was reached stands, by its name. */
export type Looks = Record<string, Look>;

const NOW: Partial<Record<LifecycleState, Look>> = {
  queued: 'current',
  running: 'current',
  draining: 'current',
  awaiting_decision: 'waiting',
  paused: 'paused',
  stopped: 'paused',
  error: 'failed',
  timeout: 'failed',
};

/** From the states there were, newest first: what was next once has been visited, what is next now is where it stands. */
export const looksOf = (states: State[], state: LifecycleState | null): Looks => {
  const [latest, ...earlier] = states;
  if (!latest) return {};
  const now = state === null ? undefined : NOW[state];
  return {
    __start__: 'visited',
    ...all(
      earlier.flatMap(({ next }) => next),
      'visited',
    ),
    ...(now && all(latest.next, now)),
    ...(latest.next.length === 0 && state === 'success' && { __end__: 'visited' }),
  };
};

const all = (nodes: string[], look: Look): Looks => Object.fromEntries(nodes.map((node) => [node, look]));
