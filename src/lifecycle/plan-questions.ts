import type { Approval } from '../model/approval.ts';
import type { Interrupt, Interrupts } from '../model/thread.ts';
import type { QuestionsAsked } from '../storage/checkpoints.ts';

/** A question that waits at the thread's latest checkpoint. */
export interface AskedQuestion {
  interruptId: string;
  taskId: string;
  value: unknown;
  payloadHash: string;
  responseSchema: string | null;
  /** How many answers its task had when it asked. */
  ordinal: number;
  raisedBy: string | null;
}

/** What happens to the rows of the ledger when a thread comes to rest. */
export interface QuestionPlan {
  /** What waits now: without a question whose answer the graph has and whose step failed after it. */
  interrupts: Interrupts;
  /** Asked for the first time. */
  added: AskedQuestion[];
  /** Still asked; a later run may have asked it again. */
  kept: { approval: Approval; raisedBy: string | null }[];
  /** Was answered, but the run that was to carry the answer ended without giving it: it waits again. */
  reopened: Approval[];
  /** Is asked no longer and nobody answered it, or its answer can reach it no more. */
  movedOn: Approval[];
  /** The graph has used its answer. */
  used: Approval[];
}

export interface Standing {
  /** What the checkpoint shows. */
  interrupts: Interrupts;
  asked: QuestionsAsked;
  hash: (payload: unknown) => string;
  /** Rows of the thread that are open, and every row of the ids that wait. */
  rows: readonly Approval[];
  phaseOf: (runId: string) => AnswerPhase;
}

/** How far the run that carries an answer is. */
export type AnswerPhase = 'not_begun' | 'begun' | 'ended';

/** Compares what waits with what the ledger knows. Changes nothing. */
export const planQuestions = (standing: Standing): QuestionPlan => {
  const { rows, phaseOf } = standing;
  const asked = askedNow(standing).filter((question) => !isUsed(question, rows));
  const plan: QuestionPlan = {
    interrupts: onlyAsked(standing.interrupts, asked),
    added: asked.filter((question) => !rows.some((row) => row.open && isSame(row, question))),
    kept: [],
    reopened: [],
    movedOn: [],
    used: [],
  };
  for (const approval of rows.filter(({ open }) => open)) {
    const question = asked.find((candidate) => isSame(approval, candidate));
    const phase = approval.decided && phaseOf(approval.decided.runId);
    if (question) {
      plan.kept.push({ approval, raisedBy: question.raisedBy });
      if (phase === 'ended') plan.reopened.push(approval);
    } else if (phase === null || phase === 'not_begun') plan.movedOn.push(approval);
    else plan.used.push(approval);
  }
  return plan;
};

const askedNow = ({ interrupts, asked, hash }: Standing): AskedQuestion[] =>
  Object.entries(interrupts).flatMap(([taskId, questions]) =>
    questions.flatMap(({ id, value, response_schema: schema = null }) => {
      if (id === undefined) return [];
      const { answers = 0, raisedBy = null } = asked.byId.get(id) ?? {};
      const payloadHash = hash(value ?? null);
      const responseSchema = schema === null ? null : JSON.stringify(schema);
      return [{ interruptId: id, taskId, value, payloadHash, responseSchema, ordinal: answers, raisedBy }];
    }),
  );

const isSame = (row: Approval, question: AskedQuestion): boolean =>
  row.interruptId === question.interruptId &&
  row.ordinal === question.ordinal &&
  row.payloadHash === question.payloadHash;

/**
 * LangGraph keeps a question beside its answer when the step fails after it. The answer counts among those used
 * already, but nobody has asked since: the very run that asked it then is still the last that did.
 */
const isUsed = (question: AskedQuestion, rows: readonly Approval[]): boolean =>
  rows.some(
    (row) =>
      row.decided !== null &&
      row.interruptId === question.interruptId &&
      row.ordinal === question.ordinal - 1 &&
      row.payloadHash === question.payloadHash &&
      row.raisedBy === question.raisedBy,
  );

/** Tasks without a question (a static breakpoint) stay; so do questions without an id, which nobody can answer. */
const onlyAsked = (interrupts: Interrupts, asked: AskedQuestion[]): Interrupts => {
  const ids = new Set(asked.map(({ interruptId }) => interruptId));
  const stays = ({ id }: Interrupt): boolean => id === undefined || ids.has(id);
  return Object.fromEntries(
    Object.entries(interrupts).map(([taskId, questions]) => [taskId, questions.filter(stays)]),
  );
};
