import type { Answers } from '../model/answer.ts';
import type { Approval, StickyDecision } from '../model/approval.ts';
import { toAnswer } from '../model/decision.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import { answeringInput } from './answering-input.ts';
import type { LifecycleDeps } from './deps.ts';
import { digest } from './digest.ts';
import { addRun } from './add-run.ts';
import { countDecisions } from './count-decisions.ts';
import type { TakenDecision } from './take-answers.ts';

/**
 * Answers the questions that were just recorded and that remembered decisions cover: every tool call they hold must
 * be covered by one that its question allows; a thread's goes before its assistant's. One run carries the answers.
 */
export const answerByRemembered = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  { run, added }: { run: Run; added: Approval[] },
): Promise<void> => {
  const tools = [...new Set(added.flatMap((approval) => approval.tools))];
  const { threadId, assistantId } = run;
  const inForce = await ledger.stickyDecisions.inForce({ threadId, assistantId, tools });
  const covered = added.flatMap((approval) => cover(approval, inForce));
  const thread = await ledger.threads.get(threadId);
  const assistant = await ledger.assistants.get(assistantId);
  if (covered.length === 0 || !thread || !assistant) return;
  const answers: Answers = Object.fromEntries(
    covered.map(({ interruptId, answer }) => [interruptId, answer]),
  );
  const decisions = covered.map(({ taken }) => taken);
  const { traceparent } = run.kwargs; // nobody asks anew
  const input = answeringInput({ run, answers, decisions, actor: 'system', traceparent });
  const { run: answering } = await addRun(deps, ledger, { input, assistant, thread });
  countDecisions(deps, answering.kwargs, decisions);
};

interface Covered {
  interruptId: string;
  answer: unknown;
  taken: TakenDecision;
}

const cover = (approval: Approval, inForce: StickyDecision[]): Covered[] => {
  const question = readQuestion(JSON.parse(approval.payload));
  const each = question.calls.map(({ name, allowed }) => {
    const ofTool = inForce.filter(({ tool, decision }) => tool === name && allowed.includes(decision));
    return ofTool.find(({ scope }) => scope === 'thread') ?? ofTool[0];
  });
  const remembered = each.filter((decision) => decision !== undefined);
  const [first] = remembered;
  if (!first || remembered.length < question.calls.length) return [];
  const verdicts = remembered.map(({ decision, message }) => ({
    decision,
    ...(message !== null && { message }),
  }));
  const answer = toAnswer(question, verdicts);
  const by = [...new Set(remembered.map(({ decidedBy }) => decidedBy))].join(', ');
  const taken: TakenDecision = {
    approvalId: approval.approvalId,
    decision: { decisions: verdicts },
    answerHash: digest(answer),
    by,
    via: 'remembered',
    detail: { remembered: remembered.map(({ stickyId }) => stickyId) },
  };
  return [{ interruptId: approval.interruptId, answer, taken }];
};
