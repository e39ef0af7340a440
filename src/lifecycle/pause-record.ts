import type { PauseCheckpoint } from '../model/pause.ts';
import type { NewRunEvent } from '../model/run-event.ts';
import type { RunState, RunTransition } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import { STATE_WORDS } from '../model/wire-status.ts';
import type { Ledger, PausePatch } from '../storage/ports.ts';

/** A pause checkpoint and whether it was read back as it was written. */
export interface SecuredPause {
  checkpoint: PauseCheckpoint;
  verified: boolean;
}

interface Follow {
  /** Null when the run has none. */
  pauseId: string | null;
  transition: RunTransition;
  to: RunState;
  at: string;
  actor: string;
  secured?: SecuredPause | undefined;
}

/** Brings the record of a run's pause where the run has come to; in the transaction that moves the run. */
export const followPause = async (ledger: Ledger, follow: Follow): Promise<void> => {
  const { pauseId } = follow;
  const patch = patchFor(follow);
  if (patch && pauseId !== null) await ledger.pauses.patch(pauseId, patch, ['draining', 'paused']);
};

const patchFor = ({ transition, to, at, actor, secured }: Follow): PausePatch | undefined => {
  if (to === 'pausing') return undefined;
  if (to === 'paused') return { state: 'paused', pausedAt: at, drainDeadlineMs: null, ...secured };
  const state = transition === 'resume' ? 'resumed' : transition === 'withdrawPause' ? 'withdrawn' : 'ended';
  return { state, endedAt: at, endedBy: actor, drainDeadlineMs: null };
};

/**
 * How a stream says that its run rests before it is over: what a static breakpoint says, so that no client takes
 * it for success, then our own word for it.
 */
export const restEvents = (
  { kwargs, pauseId }: Run,
  rest: { state: RunState; since: string; reason: string | null; stopId?: string | null; after: number },
): NewRunEvent[] => {
  const breakpoint = JSON.stringify({ __interrupt__: [] });
  const shown = (['updates', 'values'] as const).filter((mode) => kwargs.stream_mode.includes(mode));
  const lifecycle = JSON.stringify({
    state: STATE_WORDS[rest.state].lifecycle,
    pause_id: pauseId,
    stop_id: rest.stopId ?? null,
    since: rest.since,
    reason: rest.reason,
  });
  return [
    ...shown.map((event) => ({ event: event as string, data: breakpoint })),
    { event: 'lifecycle', data: lifecycle },
  ].map((event, index) => ({ ...event, seq: rest.after + index + 1, ref: null }));
};
