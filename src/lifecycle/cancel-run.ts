import { isoTime } from '../model/clock.ts';
import { isFinal, isHeld } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { illegalMove, moveRun } from './move-run.ts';
import { runNotFound, threadNotFound } from '../model/not-found.ts';
import { reopenQuestions, seeQuestions } from './record-questions.ts';
import { settleQuestions } from './settle-questions.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';

export interface CancelRunInput {
  threadId: string;
  runId: string;
  actor: string;
  reason?: string;
}

/**
 * Ends a run. One that waits is cancelled at once; one that runs is told to stop, durably, and stops within
 * moments (or when its worker is replaced). The thread keeps its values and questions.
 * @returns the run as it is now; its state says whether it has stopped already.
 * @throws {HoldpointError} `run_not_found`; `invalid_transition` when it has ended already.
 */
export const createCancelRun = (deps: LifecycleDeps) => {
  return async (input: CancelRunInput): Promise<Run> => {
    const { storage } = deps;
    const asked = await seeQuestions(storage, {
      threadId: input.threadId,
      interrupts: (await storage.threads.get(input.threadId))?.interrupts ?? {},
    });
    const { run, next } = await storage.transaction((ledger) => cancel(deps, ledger, { ...input, asked }));
    if (run.desired === 'cancel' && isHeld(run.state))
      storage.signals.publish({ kind: 'desired', runId: run.runId });
    storage.signals.publish({ kind: 'thread', threadId: run.threadId });
    if (next) await storage.queue.announce(next);
    return run;
  };
};

const cancel = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  input: CancelRunInput & { asked: QuestionsAsked },
) => {
  const { runId, threadId, actor, reason = null } = input;
  const run = await ledger.runs.get(runId);
  if (run?.threadId !== threadId) throw runNotFound(runId);
  if (isFinal(run.state)) throw illegalMove(run, 'cancel');
  const at = isoTime(deps.clock);
  if (isHeld(run.state))
    return { run: await requestCancel(ledger, { run, actor, reason, at }), next: undefined };
  const unfinished = await ledger.runs.unfinished(threadId);
  const behind = unfinished[0]?.runId !== runId;
  const others = unfinished.filter((other) => other.runId !== runId);
  const thread = await ledger.threads.get(threadId);
  if (!thread) throw threadNotFound(threadId);
  // A run that was given back in the middle has steps left, as has a thread with a question.
  const hasNext = run.attempt > 0 || Object.keys(thread.interrupts).length > 0;
  const status = others.length > 0 ? 'busy' : threadStatusAfter('cancelled', hasNext);
  await moveRun(ledger, { run, transition: 'cancel', actor, at, reason, behind, thread: { status } });
  const cancelled = { ...run, state: 'cancelled' as const, updatedAt: at };
  // An answer it was to carry was never given: its question waits again.
  const { asked } = input;
  if (run.attempt === 0) await reopenQuestions(ledger, { run, at });
  else await settleQuestions(deps, ledger, { ...thread, run: cancelled, hasNext, asked, at });
  return {
    run: cancelled,
    next: await ledger.runs.offerNext(threadId),
  };
};

/** A worker has it: it is told to stop, durably. */
const requestCancel = async (
  ledger: Ledger,
  { run, actor, reason, at }: { run: Run; actor: string; reason: string | null; at: string },
): Promise<Run> => {
  const { runId, threadId, state } = run;
  await ledger.runs.setDesired({ runId, desired: 'cancel', whileIn: [state], reason });
  await ledger.log.append({
    threadId,
    runId,
    at,
    actor,
    kind: 'requestCancel',
    from: state,
    to: state,
    detail: reason === null ? null : { reason },
  });
  return { ...run, desired: 'cancel' };
};
