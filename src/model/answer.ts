import { isRecord } from './json.ts';
import { HoldpointError } from './errors.ts';
import type { RunCommand } from './run.ts';

/** Answers by the id of the question they answer. */
export type Answers = Record<string, unknown>;

/** Whether a command answers a question. `null` answers too, unless the command does something else instead. */
export const isAnswer = (command: RunCommand | null): command is RunCommand & { resume: unknown } => {
  if (command?.resume === undefined) return false;
  return command.resume !== null || (isNothing(command.update) && isNothing(command.goto));
};

/** Whether a command's `update` or `goto` is none: LangGraph's `Command` as JSON says `goto: []` for that. */
export const isNothing = (value: unknown): boolean =>
  value == null || (Array.isArray(value) && value.length === 0);

/**
 * Says which question each part of an answer is for, so that LangGraph never has to guess: a plain value
 * answers the one waiting question; with several, the answer must be an object keyed by their ids. An object
 * whose keys all look like ids is always taken for one keyed by ids, or a late answer to an old question would
 * answer the new one; an answer that looks so by chance is given under the question's id.
 * @throws {HoldpointError} `invalid_transition` when nothing waits, `approval_already_decided` when the ids
 * name a question that does not wait (any more), `invalid_request` when it is unclear which is meant.
 */
export const addressAnswer = (resume: unknown, waiting: string[]): Answers => {
  if (waiting.length === 0) {
    throw new HoldpointError(
      'invalid_transition',
      'No question waits on this thread: there is nothing to resume.',
      { details: { field: 'command.resume', waiting } },
    );
  }
  if (isKeyedById(resume)) {
    const unknown = Object.keys(resume).filter((id) => !waiting.includes(id));
    if (unknown.length === 0) return resume;
    throw new HoldpointError(
      'approval_already_decided',
      `No question ${unknown.join(', ')} waits on this thread. If these keys are part of the answer itself, give it as {"<interrupt id>": <answer>}.`,
      { details: { field: 'command.resume', waiting } },
    );
  }
  const [only, ...others] = waiting;
  if (others.length > 0) {
    throw new HoldpointError(
      'invalid_request',
      `${waiting.length} questions wait: say which one is answered, as {"<interrupt id>": <answer>}.`,
      { details: { field: 'command.resume', waiting } },
    );
  }
  return { [String(only)]: resume };
};

/** LangGraph's interrupt ids are 32 hexadecimal digits. */
const INTERRUPT_ID = /^[0-9a-f]{32}$/;

/** Whether an answer says which questions it is for. */
export const isKeyedById = (resume: unknown): resume is Answers =>
  isRecord(resume) &&
  Object.keys(resume).length > 0 &&
  Object.keys(resume).every((key) => INTERRUPT_ID.test(key));

const END = '__end__';

/** A jump past a question would run what it holds without an answer. Only to the end is allowed: that runs nothing. */
export const refuseLeaving = (command: RunCommand | null): void => {
  const { goto } = command ?? {};
  const targets = goto === undefined ? [] : Array.isArray(goto) ? goto : [goto];
  if (targets.every((target) => target === END)) return;
  throw new HoldpointError(
    'invalid_transition',
    `A question waits on this thread: answer it first. A command's goto may only be "${END}", which drops it.`,
    { details: { field: 'command.goto' } },
  );
};
