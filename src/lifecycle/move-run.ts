import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import type { Lease } from '../model/lease.ts';
import { isActive, isFinal, nextRunState, type RunState, type RunTransition } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import { followPause, type SecuredPause } from './pause-record.ts';
import type { Hearers, Ledger, MoveRun, ThreadPatch } from '../storage/ports.ts';
import { closeRun } from './close-run.ts';

export interface RunMove {
  run: Run;
  transition: RunTransition;
  actor: string;
  at: string;
  reason?: string | null;
  lease?: Lease;
  set?: MoveRun['set'];
  /** What else changes on the thread with this move. */
  thread?: Omit<ThreadPatch, 'updatedAt' | 'lifecycle'>;
  /** The state's values as JSON text, where they have changed. */
  values?: string | null;
  detail?: JsonObject;
  /** Where it is paused, for a move to `paused`. */
  secured?: SecuredPause | undefined;
  /** Another run of the thread is ahead of this one: what the thread shows of itself is that one's. */
  behind?: boolean;
  /** The thread shows the move already: it was claimed with it. */
  shown?: true;
}

/**
 * The only way a run changes state: by the table, guarded, with its line in the session log, the thread's
 * lifecycle and the record of its pause in the same transaction; and with its end what it leaves behind it (see
 * `closeRun`).
 * @returns the new state, or undefined when another got there first (or the lease is lost): nothing is written.
 * @throws {HoldpointError} `invalid_transition` when the table does not know the move.
 */
export const moveRun = async (ledger: Ledger, move: RunMove): Promise<RunState | undefined> => {
  const { run, transition, at, actor } = move;
  const to = nextRunState(run.state, transition);
  if (to === undefined) throw illegalMove(run, transition);
  const reason = move.reason ?? null;
  const pauseId = pauseAfter(to, move);
  const moved = await ledger.runs.move({
    runId: run.runId,
    from: run.state,
    to,
    at,
    set: { reason, ...move.set, pauseId },
    ...(move.lease && { lease: move.lease }),
  });
  if (!moved) return undefined;
  await show(ledger, { move, lifecycle: { state: to, since: at, reason, pauseId } });
  await followPause(ledger, {
    pauseId: pauseId ?? run.pauseId,
    transition,
    to,
    at,
    actor,
    secured: move.secured,
  });
  if (move.values != null) {
    await ledger.threads.putValues(run.threadId, { runId: run.runId, values: move.values });
  }
  if (isFinal(to)) await closeRun(ledger, { ...move, to });
  await tellOutside(ledger, { move, to, pauseId, hearers: moved });
  await ledger.log.append({
    threadId: run.threadId,
    runId: run.runId,
    at,
    actor,
    kind: transition,
    from: run.state,
    to,
    detail: move.detail ?? (reason === null ? null : { reason }),
  });
  return to;
};

/** What the thread says of the move. */
const show = async (
  ledger: Ledger,
  { move, lifecycle }: { move: RunMove; lifecycle: NonNullable<ThreadPatch['lifecycle']> },
): Promise<void> => {
  if (move.shown) return;
  await ledger.threads.patch(move.run.threadId, {
    ...move.thread,
    ...(!move.behind && { lifecycle }),
    updatedAt: move.at,
  });
};

/**
 * Whoever asked to hear of the run does: of each rest and each end, and of its going on after a rest. The thread that
 * launched this one is told of rests and ends by an event.
 */
const tellOutside = async (
  ledger: Ledger,
  { move, to, pauseId, hearers }: { move: RunMove; to: RunState; pauseId: string | null; hearers: Hearers },
): Promise<void> => {
  if (isActive(to) && move.transition !== 'resume') return;
  const { runId, threadId, assistantId } = move.run;
  const detail = move.reason == null ? null : { reason: move.reason };
  const what = { kind: 'run' as const, state: to, subjectId: pauseId, detail };
  if (hearers.told) await ledger.notices.add({ ...what, at: move.at, threadId, runId, assistantId });
  if (isActive(to) || !hearers.parent) return;
  await ledger.externalEvents.insertForParent({
    threadId,
    eventId: `children:${runId}:${move.run.attempt}:${to}:${move.at}`,
    data: { thread_id: threadId, run_id: runId, state: to, reason: move.reason ?? null },
    receivedMs: Date.parse(move.at),
  });
};

/** The pause the run is in once it is in `to`. */
const pauseAfter = (to: RunState, { run, set }: RunMove): string | null =>
  to === 'pausing' || to === 'paused' ? (set?.pauseId ?? run.pauseId) : null;

/** The 409 that names the state the run is in. */
export const illegalMove = (run: Run, transition: RunTransition): HoldpointError =>
  new HoldpointError(
    'invalid_transition',
    `Run ${run.runId} is ${run.state}: it cannot ${words(transition)}.`,
    {
      details: { run_id: run.runId, state: run.state },
    },
  );

const words = (transition: string): string =>
  transition.replace(/[A-Z]/g, (capital) => ` ${capital.toLowerCase()}`);
