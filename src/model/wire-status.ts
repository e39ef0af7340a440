import type { RunState } from './run-state.ts';

/** A run's `status` on the LangGraph Agent Server wire. */
export type WireRunStatus = 'pending' | 'running' | 'error' | 'success' | 'timeout' | 'interrupted';

/** A thread's `status` on the LangGraph Agent Server wire. */
export const THREAD_STATUSES = ['idle', 'busy', 'interrupted', 'error'] as const;
export type ThreadStatus = (typeof THREAD_STATUSES)[number];

/** `lifecycle.state`: our own word for the same state. */
export type LifecycleState =
  | 'queued'
  | 'running'
  | 'draining'
  | 'paused'
  | 'awaiting_decision'
  | 'stopped'
  | 'success'
  | 'error'
  | 'timeout'
  | 'cancelled';

interface StateWords {
  run: WireRunStatus;
  lifecycle: LifecycleState;
  /** `by_next`: interrupted when the graph has steps left, idle otherwise. */
  thread: ThreadStatus | 'by_next';
}

/** The only map from our states to the words of the wire. */
export const STATE_WORDS = {
  pending: { run: 'pending', lifecycle: 'queued', thread: 'busy' },
  running: { run: 'running', lifecycle: 'running', thread: 'busy' },
  pausing: { run: 'running', lifecycle: 'draining', thread: 'busy' },
  paused: { run: 'interrupted', lifecycle: 'paused', thread: 'interrupted' },
  interrupted: { run: 'success', lifecycle: 'awaiting_decision', thread: 'interrupted' },
  stopped: { run: 'interrupted', lifecycle: 'stopped', thread: 'interrupted' },
  success: { run: 'success', lifecycle: 'success', thread: 'idle' },
  error: { run: 'error', lifecycle: 'error', thread: 'error' },
  timeout: { run: 'timeout', lifecycle: 'timeout', thread: 'error' },
  cancelled: { run: 'interrupted', lifecycle: 'cancelled', thread: 'by_next' },
} as const satisfies Record<RunState, StateWords>;

/** The thread's status once its last run is in `state`; `hasNext` says whether the graph has steps left. */
export const threadStatusAfter = (state: RunState, hasNext: boolean): ThreadStatus => {
  const { thread } = STATE_WORDS[state];
  if (thread !== 'by_next') return thread;
  return hasNext ? 'interrupted' : 'idle';
};

/** Run states that show as `status` on the wire, for filters. */
export const statesShownAs = (status: string): RunState[] =>
  (Object.keys(STATE_WORDS) as RunState[]).filter((state) => STATE_WORDS[state].run === status);
