import type { AttemptResult } from '../engine/executor.ts';
import { failureIn, type RunOutcome } from '../engine/outcome.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import type { AbortReason } from '../engine/attempt-control.ts';
import { isoTime } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { isFinal, nextRunState, type RunState, type RunTransition } from '../model/run-state.ts';
import type { NewRunEvent } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import type { Wait } from '../model/run-handle.ts';
import type { Interrupts } from '../model/thread.ts';
import { threadStatusAfter, type ThreadStatus } from '../model/wire-status.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger, RunJob } from '../storage/ports.ts';
import { actorOf } from './cancel-run.ts';
import type { LifecycleDeps } from './deps.ts';
import { illegalMove, moveRun } from './move-run.ts';
import { restEvents, type SecuredPause } from './pause-record.ts';
import { seeQuestions } from './record-questions.ts';
import { createRequestPause } from './pause-thread.ts';
import type { SecurePause } from './secure-pause.ts';
import { settleQuestions } from './settle-questions.ts';
import { createBeginWait } from './wait-for-events.ts';

/**
 * Writes what an attempt came to: the run's next state, the thread's status, values and questions, the rest of
 * the events, the release of the lease and the offer of the thread's next run, all in one transaction.
 * Nothing is written when the lease is lost: the new owner's word counts. What ends paused is verified and has let
 * go of its resources before its state says so.
 */
export const createSettleRun = (deps: LifecycleDeps & { securePause: SecurePause }) => {
  const beginWait = createBeginWait({ ...deps, requestPause: createRequestPause(deps) });
  return async (claimed: ClaimedRun, ended: AttemptResult): Promise<RunState | undefined> => {
    const { storage } = deps;
    deps.at('settle:before');
    const result = await rested(ended, (waits) => beginWait(claimed.run, waits));
    const questions = await lookAtQuestions(deps, { claimed, result });
    let settled: Awaited<ReturnType<typeof settle>>;
    do {
      const secured = await secureIfPaused(deps, { claimed, result });
      const settling = { claimed, result, secured, ...questions };
      settled = await storage.transaction((ledger) => settle(deps, ledger, settling));
    } while (settled === 'not secured');
    deps.at('settle:committed');
    countEnd(deps, { claimed, state: settled?.state });
    storage.signals.publish({ kind: 'thread', threadId: claimed.run.threadId });
    if (claimed.run.kwargs.webhook !== undefined) storage.signals.publish({ kind: 'due' });
    if (settled?.next) await storage.queue.announce(settled.next);
    if (claimed.limited) storage.signals.publish({ kind: 'queue' });
    return settled?.state;
  };
};

const countEnd = (
  { tally }: LifecycleDeps,
  { claimed, state }: { claimed: ClaimedRun; state: RunState | undefined },
) => {
  if (state === undefined) tally?.count('fencesRefused');
  else tally?.count('ended', { graph: claimed.graphId, state });
};

/** A step that ended to wait has drained, once the pause in which it waits was asked for. */
const rested = async (
  result: AttemptResult,
  beginWait: (waits: Wait[]) => Promise<void>,
): Promise<AttemptResult> => {
  if (result.outcome.kind !== 'waiting') return result;
  await beginWait(result.outcome.waits);
  return { ...result, outcome: { kind: 'drained' } };
};

interface Ended {
  claimed: ClaimedRun;
  result: AttemptResult;
  secured?: SecuredPause | undefined;
}

interface Settling extends Ended {
  interrupts: Interrupts;
  asked: QuestionsAsked;
}

/** Where no checkpoint could be read, what waited waits still. */
const lookAtQuestions = async ({ storage }: LifecycleDeps, { claimed, result }: Ended) => {
  const { threadId } = claimed.run;
  const before = result.values === null ? await storage.threads.get(threadId) : undefined;
  const interrupts = before?.interrupts ?? result.interrupts;
  return { interrupts, asked: await seeQuestions(storage, { threadId, interrupts }) };
};

/** Writes down and reads back where the run is paused, if that is what the attempt comes to. */
const secureIfPaused = async (
  { storage, securePause }: Parameters<typeof createSettleRun>[0],
  { claimed, result: { outcome } }: Ended,
): Promise<SecuredPause | undefined> => {
  if (outcome.kind !== 'drained' && outcome.kind !== 'aborted') return undefined;
  const run = await storage.runs.get(claimed.run.runId);
  if (!run || nextRunState(run.state, transitionOf(outcome, run)) !== 'paused') return undefined;
  const { assistant } = claimed;
  const { pauseId } = run;
  const unsafe = outcome.kind === 'aborted';
  return securePause({ run, assistant, unsafe, ...(pauseId !== null && { pauseId }) });
};

const settle = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { claimed, result, interrupts, asked, secured }: Settling,
): Promise<{ state: RunState; next: RunJob | undefined } | 'not secured' | undefined> => {
  const { storage, clock } = deps;
  const { lease } = claimed;
  const held = await stillHeld(ledger, claimed);
  if (!held) return undefined;
  const { run, others } = held;
  const transition = transitionOf(result.outcome, run);
  const state = nextRunState(run.state, transition);
  if (state === undefined) throw illegalMove(run, transition);
  if (state === 'paused' && !secured) return 'not secured';
  const rests = state === 'paused' || state === 'stopped';
  const { hasNext } = result;
  const at = isoTime(clock);
  const end = { run, state, rests, at, result };
  await storage.events.append({ lease, runId: run.runId, events: lastEvents(end) }, ledger);
  const moved = await moveRun(ledger, {
    run,
    transition,
    lease,
    at,
    actor: await actorOf(ledger, run, transition),
    ...settledRun(end),
    thread: { status: statusAfter(end, others), interrupts, released: true },
    ...(state === 'paused' && { secured, detail: pausedDetail(run, { secured, released: result.released }) }),
  });
  if (!moved) return undefined;
  await settleQuestions(deps, ledger, { run: { ...run, state }, interrupts, hasNext, asked, at });
  if (isUndone(result.outcome)) await ledger.runs.remove(run);
  const alone = !others && nothingFollows(state, interrupts);
  return { state, next: alone ? undefined : await ledger.runs.offerNext(run.threadId) };
};

/** The run as it is now, and whether others of its thread wait; undefined when the lease is lost. */
const stillHeld = async (
  ledger: Ledger,
  { run: { runId }, lease }: ClaimedRun,
): Promise<{ run: Run; others: boolean } | undefined> => {
  const unfinished = (await ledger.runs.unfinishedOf(lease)) ?? [];
  const run = unfinished.find((each) => each.runId === runId);
  return run && { run, others: unfinished.length > 1 };
};

interface End {
  run: Run;
  state: RunState;
  /** The run is not over. */
  rests: boolean;
  at: string;
  result: AttemptResult;
}

const lastEvents = ({ run, state, rests, at, result }: End): NewRunEvent[] => {
  if (!rests) return result.events;
  const rest = { state, since: at, reason: run.reason, after: result.lastSeq };
  return [...result.events, ...restEvents(run, rest)];
};

/** The reason of a pause that was not reached says nothing of the end. */
const settledRun = ({ run, state, rests, result: { outcome, values } }: End) => {
  const failure = failureIn(outcome);
  const reason = run.state === 'pausing' && !rests ? null : run.reason;
  const deadlineMs = state === 'pending' ? run.deadlineMs : null;
  return { reason: failure?.message ?? reason, set: { failure, spent: 0, deadlineMs }, values };
};

/** Another run that waits makes the thread busy, but not while this one rests before it. */
const statusAfter = ({ state, rests, result }: End, others: boolean): ThreadStatus =>
  others && !rests ? 'busy' : threadStatusAfter(state, result.hasNext);

/** Of a thread on which no other run waited: neither does this one, nor was a question answered at once. */
const nothingFollows = (state: RunState, interrupts: Interrupts): boolean =>
  isFinal(state) && Object.keys(interrupts).length === 0;

const pausedDetail = (
  run: Run,
  { secured, released = [] }: Pick<Ended, 'secured'> & { released: AttemptResult['released'] | undefined },
): JsonObject => ({
  pause_id: run.pauseId,
  reason: run.reason,
  checkpoint_id: secured?.checkpoint.checkpointId ?? null,
  verified: secured?.verified ?? false,
  unsafe: secured?.checkpoint.unsafe ?? false,
  ...(released.length > 0 && { released: released.map((step) => ({ ...step })) }),
});
const isUndone = (outcome: RunOutcome): boolean =>
  outcome.kind === 'aborted' && outcome.reason === 'rollback';

/** What happened to the run, in the words of the state table. */
const transitionOf = (outcome: RunOutcome, run: Run): RunTransition => {
  // The order to undo it came when all was done: it is taken up again, only to be undone.
  if (run.desired === 'rollback' && run.state === 'running' && !isUndone(outcome)) return 'loseLease';
  switch (outcome.kind) {
    case 'finished':
      return 'finish';
    case 'interrupted':
      return 'interrupt';
    case 'failed':
      return 'fail';
    case 'waiting':
    case 'drained':
      return run.state === 'pausing' ? 'drained' : 'loseLease';
    case 'aborted':
      return abortedBy(outcome.reason, run);
  }
};

/** A worker that shuts down leaves what was about to be paused paused. */
const abortedBy = (reason: AbortReason, { state }: Run): RunTransition => {
  if (reason === 'pause') return state === 'pausing' ? 'drainTimeout' : 'loseLease';
  return ABORTED[reason];
};

const ABORTED = {
  cancel: 'cancel',
  rollback: 'cancel',
  stop: 'stop',
  timeout: 'expire',
  lease_lost: 'loseLease',
  shutdown: 'loseLease',
  storage: 'loseLease',
} as const satisfies Record<Exclude<AbortReason, 'pause'>, RunTransition>;
