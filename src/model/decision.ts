import { z } from 'zod';
import { DECISIONS, type DecisionKind } from './approval.ts';
import { HoldpointError } from './errors.ts';
import type { HeldToolCall, ReadQuestion } from './question-payload.ts';

/** What a person says to one tool call, or to a plain question. */
export interface Verdict {
  decision: DecisionKind;
  /** With `edit`: the arguments to call the tool with. */
  args?: Record<string, unknown> | undefined;
  message?: string | undefined;
  /** With `respond` to a plain question: any JSON value. Absent is not the same as null. */
  answer?: unknown;
}

const Said = z.looseObject({
  decision: z.enum(DECISIONS),
  args: z.record(z.string(), z.unknown()).optional(),
  message: z.string().max(20_000).optional(),
});

/**
 * What is said to one tool call: a text answers in its place, an object is a decision.
 * @throws {HoldpointError} `invalid_request` that names `answer`.
 */
export const readVerdict = (said: unknown): Verdict => {
  if (typeof said === 'string') return { decision: 'respond', message: said };
  const { data } = Said.safeParse(said);
  if (!data)
    throw invalid('answer', '"approve", "reject", a text, or {decision, args?, message?} for each tool call');
  const { decision, args, message } = data;
  return { decision, ...(args && { args }), ...(message !== undefined && { message }) };
};

/**
 * What the graph is told: the answer to the question in the dialect it was asked in.
 * @throws {HoldpointError} `invalid_request` when there is not exactly one allowed verdict per tool call.
 */
export const toAnswer = (question: ReadQuestion, verdicts: readonly Verdict[]): unknown => {
  if (question.dialect === 'plain') return plainAnswer(verdicts);
  const { calls, dialect } = question;
  if (verdicts.length !== calls.length) {
    throw invalid(
      'decisions',
      `the question holds ${calls.length} tool calls: give "decisions" with one for each, in their order (it has ${verdicts.length})`,
    );
  }
  const each = calls.map((call, index) => {
    const field = calls.length === 1 ? 'decision' : `decisions.${index}`;
    const verdict = verdicts[index] as Verdict;
    checkVerdict(verdict, call, field);
    return dialect === 'hitl' ? hitlAnswer(verdict, call) : inboxAnswer(verdict, call);
  });
  return dialect === 'hitl' ? { decisions: each } : each;
};

const checkVerdict = (verdict: Verdict, call: HeldToolCall, field: string): void => {
  const { decision, args, message, answer } = verdict;
  if (!call.allowed.includes(decision)) {
    throw invalid(
      field,
      `${decision} is not allowed for ${call.name}: it takes ${call.allowed.join(', ') || 'no decision'}`,
    );
  }
  if ((decision === 'edit') !== (args !== undefined)) {
    throw invalid(field, decision === 'edit' ? 'edit needs "args"' : 'only edit takes "args"');
  }
  if (decision === 'respond' && message === undefined) throw invalid(field, 'respond needs a "message"');
  if (answer !== undefined)
    throw invalid(field, '"answer" is for a question that holds no tool call: use "message"');
};

/** As LangChain's human-in-the-loop middleware and our gates read it. */
const hitlAnswer = ({ decision, args, message }: Verdict, { name }: HeldToolCall) => ({
  type: decision,
  ...(args !== undefined && { editedAction: { name, args } }),
  ...(message !== undefined && { message }),
});

const INBOX_WORDS = { approve: 'accept', edit: 'edit', reject: 'ignore', respond: 'response' } as const;

const inboxAnswer = ({ decision, args, message }: Verdict, { name }: HeldToolCall) => ({
  type: INBOX_WORDS[decision],
  args: args === undefined ? (message ?? null) : { action: name, args },
});

/** A question that holds no tool call is answered in its own words; approve and reject stand for true and false. */
const plainAnswer = (verdicts: readonly Verdict[]): unknown => {
  const [verdict, ...others] = verdicts;
  if (!verdict || others.length > 0)
    throw invalid('decisions', 'the question holds no tool call: it takes one decision');
  const { decision, args, message, answer } = verdict;
  if (decision === 'edit' || args !== undefined)
    throw invalid('decision', 'the question holds no tool call: there is nothing to edit');
  if (decision === 'respond') {
    if ((answer === undefined) === (message === undefined))
      throw invalid('answer', 'respond needs either "answer" (any JSON value) or "message"');
    return answer === undefined ? message : answer;
  }
  if (message !== undefined || answer !== undefined) {
    throw invalid(
      'decision',
      `to this question ${decision} says ${decision === 'approve'} and nothing else: use respond with "answer"`,
    );
  }
  return decision === 'approve';
};

const invalid = (field: string, problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `${field}: ${problem}.`, { details: { field } });
