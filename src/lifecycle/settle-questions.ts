import type { Run } from '../model/run.ts';
import type { Interrupts } from '../model/thread.ts';
import { threadStatusAfter } from '../model/wire-status.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger } from '../storage/ports.ts';
import { answerByRemembered } from './answer-by-remembered.ts';
import type { LifecycleDeps } from './deps.ts';
import { recordQuestions } from './record-questions.ts';

interface SettleQuestions {
  /** The run that came to rest, in the state it has now. */
  run: Run;
  /** What the latest checkpoint shows. */
  interrupts: Interrupts;
  hasNext: boolean;
  asked: QuestionsAsked;
  at: string;
}

/**
 * Records the questions with which a run came to rest, gives those a remembered decision answers to a run of their
 * own, and says on the thread what waits. Part of the transaction that settles the run.
 */
export const settleQuestions = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { run, interrupts, hasNext, asked, at }: SettleQuestions,
): Promise<void> => {
  const { threadId } = run;
  const recorded = await recordQuestions(deps, ledger, { threadId, run, interrupts, asked, at });
  if (!recorded) return;
  const [first] = await ledger.runs.unfinished(threadId);
  await ledger.threads.patch(threadId, {
    interrupts: recorded.interrupts,
    status: threadStatusAfter((first ?? run).state, hasNext),
    updatedAt: at,
  });
  if (run.state === 'interrupted' && !first) await answerByRemembered(deps, ledger, { run, ...recorded });
};
