import { withDialects } from './approval-dialects.ts';
import { isRecord } from './json.ts';
import type { Interrupt, Interrupts } from './thread.ts';

/** How a question is shown to clients. */
export type ShowQuestion = (value: unknown) => unknown;

/** In every dialect or, with the dialects off, as the graph asked it. */
export const questionView = (dialects: boolean): ShowQuestion => (dialects ? withDialects : (value) => value);

/** Waiting questions as they are shown. */
export const showInterrupts = (show: ShowQuestion, interrupts: Interrupts): Interrupts =>
  Object.fromEntries(
    Object.entries(interrupts).map(([taskId, questions]) => [taskId, showList(show, questions)]),
  );

const showList = <T>(show: ShowQuestion, questions: T[]): T[] =>
  questions.map((question) =>
    isRecord(question) && 'value' in question ? { ...question, value: show(question['value']) } : question,
  );

interface TaskShown {
  interrupts?: unknown;
  state?: unknown;
}

/** A state with the questions of its tasks, and of their own states, as they are shown. */
export const showState = <T extends { tasks: TaskShown[] }>(show: ShowQuestion, state: T): T => ({
  ...state,
  tasks: state.tasks.map((task) => ({
    ...task,
    ...(Array.isArray(task.interrupts) && { interrupts: showList(show, task.interrupts as Interrupt[]) }),
    ...(isState(task.state) && { state: showState(show, task.state) }),
  })),
});

const isState = (value: unknown): value is { tasks: TaskShown[] } =>
  isRecord(value) && Array.isArray(value['tasks']);

/** Only text with one of these can hold a question that is shown differently. */
const ASKS = /"(__interrupt__|interrupts)":\s*\[\{/;
const ACTIONS = /"(actionRequests|action_requests?)":/;

/** An event's payload, as JSON text, with the questions in it as they are shown. */
export const showInPayload = (show: ShowQuestion, text: string): string =>
  ASKS.test(text) && ACTIONS.test(text) ? JSON.stringify(shownPayload(show, JSON.parse(text))) : text;

/** Questions stand under `__interrupt__` in values and updates, under `interrupts` in tasks, and those in checkpoints. */
const shownPayload = (show: ShowQuestion, payload: unknown): unknown => {
  if (!isRecord(payload)) return payload;
  const shown = { ...payload };
  for (const key of ['__interrupt__', 'interrupts']) {
    if (Array.isArray(payload[key])) shown[key] = showList(show, payload[key] as unknown[]);
  }
  if (isRecord(payload['payload'])) shown['payload'] = shownPayload(show, payload['payload']);
  return isState(shown) ? showState(show, shown) : shown;
};
