import { interrupt, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { type Decision, readAnswer } from './answer.ts';
import { isObject } from './json.ts';
import type { HeldCall } from './policy.ts';
import { approvalQuestion, type ApprovalQuestion } from './question.ts';

/** What a person is asked about. */
export interface Doubt {
  key: string;
  name: string;
  toolCallId: string | null;
  args: Record<string, unknown>;
  intendedAt: string;
  /** What it threw, or what kept `verify` from telling. */
  error: string | null;
}

/** What a person says: it happened, with this result; it did not, so it is to be done now; leave it as it is. */
export type DoubtAnswer = { happened: true; result: unknown } | { happened: false } | { leave: string };

/** The question about an effect of which it is not known whether it happened. */
export interface EffectQuestion extends ApprovalQuestion {
  effect_in_doubt: { key: string; name: string; intended_at: string; error: string | null };
}

const ACCEPTED =
  'Approve: it did NOT happen, do it now. Respond: it DID happen, and your text is its result. ' +
  'Reject: leave it, the agent is told that nobody knows.';

const description = ({ name, intendedAt, error }: Doubt): string =>
  `Did "${name}" happen? It was begun at ${intendedAt} and broke off, so nobody knows` +
  `${error === null ? '' : ` (${error})`}. Find out, then answer. ${ACCEPTED}`;

/** Its name differs from the tool's: what was decided for the tool once and for all is no answer to this. */
const heldDoubt = (doubt: Doubt): HeldCall => ({
  id: doubt.toolCallId ?? doubt.key,
  name: `${doubt.name}: in doubt`,
  args: doubt.args,
  description: description(doubt),
  decisions: ['approve', 'reject', 'respond'],
  effect: 'irreversible',
});

type Read = DoubtAnswer | { problem: string };

/** Of bare words none is clear here: "yes" may mean that it happened, or that it is to be done. */
const read = (answer: unknown, held: HeldCall): Read => {
  if (isObject(answer) && typeof answer['happened'] === 'boolean')
    return answer['happened'] ? { happened: true, result: answer['result'] ?? null } : { happened: false };
  if (!isObject(answer) && !Array.isArray(answer)) return { problem: 'a bare word is not clear here' };
  const reading = readAnswer(answer, [held]);
  if ('problem' in reading) return reading;
  return meant(reading.decisions[0]);
};

const meant = (decision: Decision | undefined): Read => {
  if (decision?.type === 'approve') return { happened: false };
  if (decision?.type === 'respond') return { happened: true, result: decision.message };
  return { leave: decision?.message ?? '' };
};

/** Asks until there is a clear answer; says how many answers it took. */
export const askDoubt = (doubt: Doubt): { answer: DoubtAnswer; answers: number } => {
  const held = heldDoubt(doubt);
  const ask = (problem?: string): unknown => {
    const { key, name, intendedAt, error } = doubt;
    const question: EffectQuestion = {
      ...approvalQuestion([held], problem),
      effect_in_doubt: { key, name, intended_at: intendedAt, error },
    };
    return interrupt<EffectQuestion, unknown>(question);
  };
  let problem: string | undefined;
  for (let answers = 1; ; answers += 1) {
    const answer = read(ask(problem), held);
    if (!('problem' in answer)) return { answer, answers };
    problem = `The answer was not understood: ${answer.problem}. Nothing was done. ${ACCEPTED}`;
  }
};

/**
 * Takes up again the answers that this execution of the task is given a second time: LangGraph hands answers out in the
 * order of the questions, and the next question must not get an old one.
 */
export const skipAnswers = (count: number, { configurable }: LangGraphRunnableConfig): void => {
  const scratchpad = configurable?.['__pregel_scratchpad'] as Scratchpad | undefined;
  for (let past = 0; past < count; past += 1) {
    if (scratchpad === undefined || scratchpad.interruptCounter + 1 >= scratchpad.resume.length) return;
    interrupt('an answer that was given before');
  }
};

/** What LangGraph keeps of the questions of a task that runs. */
interface Scratchpad {
  interruptCounter: number;
  resume: unknown[];
}
