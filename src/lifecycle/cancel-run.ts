import { isoTime } from '../model/clock.ts';
import { runNotFound, threadNotFound } from '../model/not-found.ts';
import { isFinal, isHeld, type RunTransition } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { illegalMove, moveRun } from './move-run.ts';
import { reopenQuestions, seeQuestions } from './record-questions.ts';
import { settleQuestions } from './settle-questions.ts';

/** `rollback`: the run and what it stored are deleted, as if it had never been. */
export type CancelAction = 'interrupt' | 'rollback';

export interface CancelRunInput {
  threadId: string;
  runId: string;
  actor: string;
  reason?: string;
  /** The default is `interrupt`: the run stays, and so does what it has done. */
  action?: CancelAction;
}

/**
 * Ends a run. One that waits is cancelled at once; one that runs is told to stop, durably, and stops within
 * moments (or when its worker is replaced). The thread keeps its values and questions.
 * @returns the run as it is now; its state says whether it has stopped already.
 * @throws {HoldpointError} `run_not_found`; `invalid_transition` when it has ended already.
 */
export const createCancelRun = (deps: LifecycleDeps) => {
  return async (input: CancelRunInput): Promise<Run> => {
    const { storage, clock } = deps;
    const asked = await seeThreadQuestions(deps, input.threadId);
    const { run, next } = await storage.transaction(async (ledger) => {
      const found = await ledger.runs.get(input.runId);
      if (found?.threadId !== input.threadId) throw runNotFound(input.runId);
      if (isFinal(found.state)) throw illegalMove(found, 'cancel');
      const ended = await orderEnd(deps, ledger, { ...input, run: found, asked, at: isoTime(clock) });
      return { run: ended, next: await ledger.runs.offerNext(input.threadId) };
    });
    if (run.desired !== 'run' && isHeld(run.state))
      storage.signals.publish({ kind: 'desired', runId: run.runId });
    storage.signals.publish({ kind: 'thread', threadId: run.threadId });
    if (next) await storage.queue.announce(next);
    return run;
  };
};

/** What the checkpoints say of a thread's questions, for {@link orderEnd}: to be read before its transaction. */
export const seeThreadQuestions = async (
  { storage }: LifecycleDeps,
  threadId: string,
): Promise<QuestionsAsked> => {
  const interrupts = (await storage.threads.get(threadId))?.interrupts ?? {};
  return seeQuestions(storage, { threadId, interrupts });
};

export interface EndOrder {
  /** Not ended yet. */
  run: Run;
  actor: string;
  at: string;
  reason?: string | null;
  action?: CancelAction;
  /** Where it is not known, the questions are brought in line when the thread is moved next. */
  asked?: QuestionsAsked | undefined;
}

/**
 * Ends a run in a transaction, or orders its worker to. Deleting what a run stored is a worker's work too: one that
 * waits with something stored goes back to the queue for that.
 */
export const orderEnd = async (deps: LifecycleDeps, ledger: Ledger, order: EndOrder): Promise<Run> => {
  const { run, action } = order;
  if (isHeld(run.state)) return tellWorker(ledger, order);
  if (action !== 'rollback') return cancelWaiting(deps, ledger, order);
  if (run.attempt > 0) return queueUndoing(ledger, order);
  const cancelled = await cancelWaiting(deps, ledger, order);
  await ledger.runs.remove(run);
  return cancelled;
};

/** A worker has it, or will: it is told to stop, durably. */
const tellWorker = async (ledger: Ledger, order: EndOrder): Promise<Run> => {
  const { run, actor, at, reason = null, action } = order;
  const { runId, threadId, state } = run;
  const desired = action === 'rollback' ? 'rollback' : 'cancel';
  await ledger.runs.setDesired({ runId, desired, whileIn: [state], reason });
  await ledger.log.append({
    threadId,
    runId,
    at,
    actor,
    kind: desired === 'rollback' ? 'requestRollback' : 'requestCancel',
    from: state,
    to: state,
    detail: reason === null ? null : { reason },
  });
  return { ...run, desired };
};

/** Who the log names for a move that no request makes: of a cancellation whoever had asked for it. */
export const actorOf = async (
  ledger: Ledger,
  { threadId, runId }: Run,
  transition: RunTransition,
): Promise<string> => {
  if (transition !== 'cancel') return 'system';
  const kinds = ['requestCancel', 'requestRollback'] as const;
  const asked = await ledger.log.search({ threadId, kinds: [...kinds], limit: MOST_ASKED });
  return asked.find((line) => line.runId === runId)?.actor ?? 'system';
};

/** How many words of the end of a thread's runs are looked at. */
const MOST_ASKED = 100;

const queueUndoing = async (ledger: Ledger, order: EndOrder): Promise<Run> => {
  const { run, actor, at, reason = null } = order;
  if (run.state !== 'pending') await moveRun(ledger, { run, transition: 'resume', actor, at, reason });
  return tellWorker(ledger, { ...order, run: { ...run, state: 'pending' } });
};

const cancelWaiting = async (deps: LifecycleDeps, ledger: Ledger, order: EndOrder): Promise<Run> => {
  const { run, actor, at, reason = null, asked } = order;
  const { runId, threadId } = run;
  const unfinished = await ledger.runs.unfinished(threadId);
  const behind = unfinished[0]?.runId !== runId;
  const next = unfinished.find((other) => other.runId !== runId);
  const thread = await ledger.threads.get(threadId);
  if (!thread) throw threadNotFound(threadId);
  // A run that was given back in the middle has steps left, as has a thread with a question.
  const hasNext = run.attempt > 0 || Object.keys(thread.interrupts).length > 0;
  const status = threadStatusAfter(next?.state ?? 'cancelled', hasNext);
  await moveRun(ledger, { run, transition: 'cancel', actor, at, reason, behind, thread: { status } });
  const cancelled: Run = { ...run, state: 'cancelled', updatedAt: at };
  // An answer it was to carry was never given: its question waits again.
  if (run.attempt === 0) await reopenQuestions(ledger, { run, at });
  else if (asked) await settleQuestions(deps, ledger, { ...thread, run: cancelled, hasNext, asked, at });
  return cancelled;
};
