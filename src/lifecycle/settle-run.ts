import type { AttemptResult } from '../engine/executor.ts';
import type { RunOutcome } from '../engine/outcome.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import { isoTime } from '../model/clock.ts';
import { nextRunState, type RunState, type RunTransition } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Interrupts } from '../model/thread.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger, RunJob } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { illegalMove, moveRun } from './move-run.ts';
import { seeQuestions } from './record-questions.ts';
import { settleQuestions } from './settle-questions.ts';

/**
 * Writes what an attempt came to: the run's next state, the thread's status, values and questions, the rest of
 * the events, the release of the lease and the offer of the thread's next run, all in one transaction.
 * Nothing is written when the lease is lost: the new owner's word counts.
 */
export const createSettleRun = (deps: LifecycleDeps) => {
  return async (claimed: ClaimedRun, result: AttemptResult): Promise<RunState | undefined> => {
    const { storage } = deps;
    deps.at('settle:before');
    const settling = { claimed, result, ...(await lookAtQuestions(deps, { claimed, result })) };
    const settled = await storage.transaction((ledger) => settle(deps, ledger, settling));
    deps.at('settle:committed');
    storage.signals.publish({ kind: 'thread', threadId: claimed.run.threadId });
    if (settled?.next) await storage.queue.announce(settled.next);
    return settled?.state;
  };
};

interface Ended {
  claimed: ClaimedRun;
  result: AttemptResult;
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

const settle = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { claimed, result, interrupts, asked }: Settling,
): Promise<{ state: RunState; next: RunJob | undefined } | undefined> => {
  const { storage, clock } = deps;
  const { lease } = claimed;
  const run = await ledger.runs.get(claimed.run.runId);
  if (!run || !(await ledger.threads.holds(lease))) return undefined;
  await storage.events.append({ lease, runId: run.runId, events: result.events }, ledger);
  const transition = transitionOf(result.outcome, run);
  const state = nextRunState(run.state, transition);
  if (state === undefined) throw illegalMove(run, transition);
  const others = (await ledger.runs.unfinished(run.threadId)).filter(({ runId }) => runId !== run.runId);
  const { hasNext } = result;
  const failure = result.outcome.kind === 'failed' ? result.outcome.failure : null;
  const at = isoTime(clock);
  const moved = await moveRun(ledger, {
    run,
    transition,
    lease,
    at,
    actor: actorOf(result.outcome),
    reason: failure?.message ?? run.reason,
    set: { failure, spent: 0 },
    thread: {
      status: others.length > 0 ? 'busy' : threadStatusAfter(state, hasNext),
      interrupts,
    },
  });
  if (!moved) return undefined;
  await settleQuestions(deps, ledger, { run: { ...run, state }, interrupts, hasNext, asked, at });
  if (result.values !== null) {
    await ledger.threads.putValues(run.threadId, { runId: run.runId, values: result.values });
  }
  await ledger.threads.release(lease);
  return { state, next: await ledger.runs.offerNext(run.threadId) };
};

/** What happened to the run, in the words of the state table. */
const transitionOf = (outcome: RunOutcome, run: Run): RunTransition => {
  switch (outcome.kind) {
    case 'finished':
      return 'finish';
    case 'interrupted':
      return 'interrupt';
    case 'failed':
      return 'fail';
    case 'drained':
      return run.state === 'pausing' ? 'drained' : 'loseLease';
    case 'aborted':
      return ABORTED[outcome.reason];
  }
};

const ABORTED = {
  cancel: 'cancel',
  stop: 'stop',
  timeout: 'expire',
  lease_lost: 'loseLease',
  shutdown: 'loseLease',
  storage: 'loseLease',
} as const satisfies Record<string, RunTransition>;

const actorOf = (outcome: RunOutcome): string =>
  outcome.kind === 'aborted' && outcome.reason === 'cancel' ? 'user' : 'system';
