import { addressAnswer, isAnswer, refuseLeaving, type Answers } from '../model/answer.ts';
import type { Approval, DecidedVia } from '../model/approval.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { questionIds } from '../model/questions.ts';
import type { Run, RunCommand } from '../model/run.ts';
import type { Thread } from '../model/thread.ts';
import type { Ledger } from '../storage/ports.ts';
import { digest } from './digest.ts';
import { approvalNotFound, logQuestion } from './record-questions.ts';
import { rememberDecisions, type ToRemember } from './remember-decision.ts';

/** A decision on one question, made by other means than `command.resume`. */
export interface TakenDecision {
  approvalId: string;
  /** What was said, for the record. */
  decision: JsonObject;
  answerHash: string;
  by: string;
  via: DecidedVia;
  detail?: JsonObject;
  /** What is to hold for later calls too. */
  remember?: ToRemember[];
  /** Done in the transaction that takes it. */
  within?: (ledger: Ledger) => Promise<void>;
}

/** The command with its answer addressed by interrupt id, or as it is when it answers nothing. */
export interface AddressedCommand {
  command: RunCommand | null;
  answers: Answers;
}

/**
 * Says which waiting questions a command answers. A plain value is put under its question's id here, so that it can
 * never reach another question, however late its run has its turn.
 * @throws {HoldpointError} those of `addressAnswer`; `invalid_transition` for a `goto` that would leave a question.
 */
export const addressCommand = (command: RunCommand | null, thread: Thread): AddressedCommand => {
  const waiting = questionIds(thread.interrupts);
  if (waiting.length > 0) refuseLeaving(command);
  if (!isAnswer(command)) return { command, answers: {} };
  const answers = addressAnswer(command.resume, waiting);
  return { command: { ...command, resume: answers }, answers };
};

/**
 * Marks the questions a run answers as decided, in the transaction that inserts the run. So each is answered once,
 * by whatever way the answer came.
 * @throws {HoldpointError} `approval_already_decided`, which says by whom and when.
 */
export const takeAnswers = async (
  ledger: Ledger,
  { run, answers, actor, newId, decisions = [] }: TakeAnswers,
): Promise<void> => {
  const ids = Object.keys(answers);
  if (ids.length === 0) return;
  const rows = (await ledger.approvals.ofThread(run.threadId, ids)).filter(({ open }) => open);
  for (const [interruptId, answer] of Object.entries(answers)) {
    const asked = rows.filter((row) => row.interruptId === interruptId);
    const waiting = asked.find(({ status }) => status === 'waiting');
    const [other] = asked;
    if (!waiting && other) throw alreadyDecided(other);
    // A question asked before this version kept them has no row: the thread's own list is its guard.
    if (!waiting) continue;
    const taken: TakenDecision = decisions.find(({ approvalId }) => approvalId === waiting.approvalId) ?? {
      approvalId: waiting.approvalId,
      decision: { answer: answer as JsonObject },
      answerHash: digest(answer),
      by: actor,
      via: 'wire' as const,
    };
    await decide(ledger, { approval: waiting, taken, run });
    const { remember = [], by } = taken;
    await rememberDecisions(ledger, { approval: waiting, remember, by, at: run.createdAt, newId });
  }
};

interface TakeAnswers {
  run: Run;
  answers: Answers;
  actor: string;
  newId: () => string;
  decisions?: TakenDecision[] | undefined;
}

const decide = async (
  ledger: Ledger,
  { approval, taken, run }: { approval: Approval; taken: TakenDecision; run: Run },
): Promise<void> => {
  const { runId, createdAt: at } = run;
  const { decision, answerHash, by, via, detail } = taken;
  const changed = await ledger.approvals.change({
    approvalId: approval.approvalId,
    from: 'waiting',
    to: { status: 'decided', decided: { decision, answerHash, by, at, via, runId } },
    at,
  });
  if (!changed) {
    throw alreadyDecided((await ledger.approvals.get(approval.approvalId)) ?? approval);
  }
  await logQuestion(ledger, approval, {
    at,
    kind: 'decide',
    actor: by,
    runId,
    detail: { via, tools: approval.tools, decision, ...detail },
  });
  await taken.within?.(ledger);
};

/** The 409 that says who decided, when and what, or that the question has gone. */
export const alreadyDecided = (approval: Approval): HoldpointError => {
  const { approvalId: approval_id, status, decided } = approval;
  if (!decided || status === 'moved_on') {
    return new HoldpointError(
      'approval_outdated',
      `Question ${approval_id} is asked no longer: the thread has moved on.`,
      { details: { approval_id, status } },
    );
  }
  const { by: decided_by, at: decided_at, via, runId: run_id, decision } = decided;
  return new HoldpointError(
    'approval_already_decided',
    `Question ${approval_id} was decided by ${decided_by} at ${decided_at}.`,
    { details: { approval_id, decided_by, decided_at, via, run_id, decision } },
  );
};

/** The approval, or the 404 that says there is none. */
export const findApproval = async (ledger: Ledger, approvalId: string): Promise<Approval> => {
  const approval = await ledger.approvals.get(approvalId);
  if (!approval) throw approvalNotFound(approvalId);
  return approval;
};
