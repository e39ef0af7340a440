import { HoldpointError } from '../model/errors.ts';
import type { Approval } from '../model/approval.ts';
import { isFinal } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { LogKind } from '../model/session-log.ts';
import type { Interrupts } from '../model/thread.ts';
import { readQuestion } from '../model/question-payload.ts';
import { encodeState } from '../model/state-json.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';
import type { Ledger, Storage } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { digest } from './digest.ts';
import { moveRun } from './move-run.ts';
import { planQuestions, type AnswerPhase, type AskedQuestion, type QuestionPlan } from './plan-questions.ts';

/** What the thread's checkpoints say of its questions; to be read before the transaction that records them. */
export const seeQuestions = async (
  { checkpoints }: Storage,
  { threadId, interrupts }: { threadId: string; interrupts: Interrupts },
): Promise<QuestionsAsked> =>
  Object.values(interrupts).some((questions) => questions.length > 0)
    ? checkpoints.asked(threadId)
    : { checkpointId: null, byId: new Map() };

export interface RecordQuestions {
  threadId: string;
  /** The run that came to rest, as it is now; null when it was no run (a state update). */
  run: Run | null;
  /** What the latest checkpoint shows. */
  interrupts: Interrupts;
  asked: QuestionsAsked;
  at: string;
}

/**
 * Brings the rows of a thread's questions in line with its latest checkpoint, in the transaction of the change that
 * moved the thread: each question it asks is a row, with its line in the session log.
 * @returns what waits now, for the thread, and the rows that are new; undefined when nothing is or was asked.
 */
export const recordQuestions = async (
  deps: LifecycleDeps,
  ledger: Ledger,
  record: RecordQuestions,
): Promise<{ interrupts: Interrupts; added: Approval[] } | undefined> => {
  const { threadId, interrupts, asked } = record;
  const ids = Object.values(interrupts).flatMap((questions) => questions.flatMap(({ id }) => id ?? []));
  const rows = await ledger.approvals.ofThread(threadId, ids);
  if (rows.length === 0 && ids.length === 0) return undefined;
  const phases = await answerPhases(ledger, rows);
  const plan = planQuestions({
    interrupts,
    asked,
    rows,
    hash: digest,
    phaseOf: (runId) => phases.get(runId) ?? 'ended',
  });
  await writePlan(ledger, plan, record);
  const added: Approval[] = [];
  for (const question of plan.added) {
    const approval = await addQuestion(deps, ledger, { question, record });
    if (approval) added.push(approval);
  }
  return { interrupts: plan.interrupts, added };
};

const answerPhases = async (ledger: Ledger, rows: readonly Approval[]): Promise<Map<string, AnswerPhase>> => {
  const runIds = new Set(rows.flatMap(({ open, decided }) => (open && decided ? [decided.runId] : [])));
  const phases = new Map<string, AnswerPhase>();
  for (const runId of runIds) {
    const run = await ledger.runs.get(runId);
    phases.set(
      runId,
      !run || isFinal(run.state)
        ? 'ended'
        : run.attempt === 0 && run.state === 'pending'
          ? 'not_begun'
          : 'begun',
    );
  }
  return phases;
};

const writePlan = async (ledger: Ledger, plan: QuestionPlan, { at }: RecordQuestions): Promise<void> => {
  for (const { approval, raisedBy } of plan.kept) {
    const { approvalId, status: from } = approval;
    if (raisedBy !== approval.raisedBy) {
      await ledger.approvals.change({ approvalId, from, to: { raisedBy }, at });
    }
  }
  for (const { approvalId, status: from } of plan.used) {
    await ledger.approvals.change({ approvalId, from, to: { open: false }, at });
  }
  for (const approval of plan.reopened) await reopen(ledger, approval, at);
  for (const approval of plan.movedOn) await moveOn(ledger, approval, at);
};

/**
 * The answer was never given: what was decided is said again in the log, so that it can be decided anew; which nobody
 * can where the run that asked was deleted.
 */
const reopen = async (ledger: Ledger, approval: Approval, at: string): Promise<void> => {
  const { approvalId, status: from, decided } = approval;
  if (!(await ledger.runs.get(approval.runId))) return moveOn(ledger, approval, at);
  await ledger.approvals.change({ approvalId, from, to: { status: 'waiting', decided: null }, at });
  await logQuestion(ledger, approval, {
    at,
    kind: 'questionReopened',
    detail: { decided_by: decided?.by ?? null, answer_run_id: decided?.runId ?? null },
  });
};

/** A run that was to carry answers will never begin. */
export const reopenQuestions = async (
  ledger: Ledger,
  { run: { threadId, runId }, at }: { run: Run; at: string },
): Promise<void> => {
  const rows = await ledger.approvals.ofThread(threadId, []);
  for (const row of rows.filter(({ decided }) => decided?.runId === runId)) await reopen(ledger, row, at);
};

/** The run that asked is deleted: what waits of its questions cannot be decided any more. */
export const dropQuestionsOf = async (
  ledger: Ledger,
  { run: { threadId, runId }, at }: { run: Run; at: string },
): Promise<void> => {
  const rows = await ledger.approvals.ofThread(threadId, []);
  for (const row of rows.filter((each) => each.runId === runId && each.status === 'waiting'))
    await moveOn(ledger, row, at);
};

/** The graph asks it no longer. A run that was to carry its answer has nothing to do. */
const moveOn = async (ledger: Ledger, approval: Approval, at: string): Promise<void> => {
  const { approvalId, status: from, decided } = approval;
  await ledger.approvals.change({ approvalId, from, to: { status: 'moved_on', open: false }, at });
  await logQuestion(ledger, approval, { at, kind: 'questionMovedOn' });
  const run = decided && (await ledger.runs.get(decided.runId));
  if (run?.state !== 'pending') return;
  const reason = 'the question it answers is asked no longer';
  await moveRun(ledger, { run, transition: 'cancel', actor: 'system', at, reason, behind: true });
};

const addQuestion = async (
  { newId }: LifecycleDeps,
  ledger: Ledger,
  { question, record }: { question: AskedQuestion; record: RecordQuestions },
): Promise<Approval | undefined> => {
  const { threadId, asked, at } = record;
  const run = record.run ?? (question.raisedBy === null ? null : await ledger.runs.get(question.raisedBy));
  const assistant = run && (await ledger.assistants.get(run.assistantId));
  if (!run || !assistant) return undefined;
  const { calls, deadline } = readQuestion(question.value);
  const approval: Approval = {
    approvalId: newId(),
    threadId,
    runId: run.runId,
    assistantId: run.assistantId,
    graphId: assistant.graphId,
    interruptId: question.interruptId,
    taskId: question.taskId,
    checkpointId: asked.checkpointId ?? '',
    ordinal: question.ordinal,
    payloadHash: question.payloadHash,
    payload: encodeState(question.value ?? null),
    responseSchema: question.responseSchema,
    tools: calls.map(({ name }) => name),
    status: 'waiting',
    open: true,
    raisedBy: question.raisedBy,
    expiresAt: deadlineAt(deadline.expiresAt, at),
    onExpiry: deadline.onExpiry,
    expiredAt: null,
    decided: null,
    createdAt: at,
    updatedAt: at,
  };
  await ledger.approvals.insert(approval);
  const { tools, expiresAt } = approval;
  await logQuestion(ledger, approval, {
    at,
    kind: 'question',
    detail: { tools, ...(expiresAt !== null && { expires_at: expiresAt }) },
  });
  const { approvalId: subjectId, runId, assistantId } = approval;
  await ledger.notices.add({ kind: 'question', at, threadId, runId, assistantId, subjectId });
  return approval;
};

/** A number is a duration in milliseconds from now. */
const deadlineAt = (deadline: string | number | null, at: string): string | null =>
  typeof deadline === 'number' ? new Date(Date.parse(at) + deadline).toISOString() : deadline;

export interface QuestionLine {
  at: string;
  kind: LogKind;
  actor?: string;
  runId?: string;
  detail?: Parameters<Ledger['log']['append']>[0]['detail'];
}

/** A line of the thread's session log that names the question. */
export const logQuestion = (
  ledger: Ledger,
  approval: Approval,
  { at, kind, actor = 'system', runId = approval.runId, detail }: QuestionLine,
): Promise<void> =>
  ledger.log.append({
    threadId: approval.threadId,
    runId,
    at,
    actor,
    kind,
    from: null,
    to: null,
    detail: {
      approval_id: approval.approvalId,
      interrupt_id: approval.interruptId,
      ordinal: approval.ordinal,
      payload_hash: approval.payloadHash,
      ...detail,
    },
  });

export const approvalNotFound = (approvalId: string): HoldpointError =>
  new HoldpointError('approval_not_found', `Approval ${approvalId} not found`, {
    details: { approval_id: approvalId },
  });
