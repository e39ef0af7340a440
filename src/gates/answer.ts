import { asText, isObject, sameJson } from './json.ts';
import type { DecisionType, HeldCall, ToolArgs } from './policy.ts';

/** What a person decided about one held call. */
export type Decision = { decidedBy?: string } & (
  | { type: 'approve'; message?: string }
  | { type: 'edit'; args: ToolArgs; message?: string }
  | { type: 'reject'; message?: string }
  | { type: 'respond'; message: string }
);

/** One decision per held call, in order; or what could not be understood. Never both, never a guess. */
export type Reading = { decisions: Decision[] } | { problem: string };

const WORDS: Readonly<Record<string, DecisionType>> = {
  approve: 'approve',
  accept: 'approve',
  yes: 'approve',
  edit: 'edit',
  reject: 'reject',
  ignore: 'reject',
  no: 'reject',
  respond: 'respond',
  response: 'respond',
};

class NotUnderstood extends Error {}

const fail = (problem: string): never => {
  throw new NotUnderstood(problem);
};

const decisionType = (word: unknown): DecisionType => {
  if (word === true) return 'approve';
  if (word === false) return 'reject';
  const key = typeof word === 'string' ? word.trim().toLowerCase() : '';
  if (!Object.hasOwn(WORDS, key)) return fail(`its type is ${word === undefined ? 'missing' : asText(word)}`);
  return WORDS[key] ?? fail('its type is missing');
};

const parsedArgs = (value: unknown): ToolArgs => {
  if (isObject(value)) return value;
  try {
    const parsed: unknown = typeof value === 'string' ? JSON.parse(value) : undefined;
    if (isObject(parsed)) return parsed;
  } catch {
    // falls through: text that is no JSON is no arguments
  }
  return fail('its arguments are not an object');
};

/** `{action, args}` as the Agent Inbox wraps arguments, unless the tool itself has an argument named `action`. */
const isWrapped = (value: ToolArgs, call: HeldCall): value is { action: string; args: ToolArgs } =>
  typeof value['action'] === 'string' &&
  isObject(value['args']) &&
  Object.keys(value).length === 2 &&
  (value['action'] === call.name || !Object.hasOwn(call.args, 'action'));

const requireTool = (name: unknown, call: HeldCall): void => {
  if (name !== undefined && name !== call.name)
    fail(`an edit may change the arguments of ${call.name}, not the tool`);
};

const unwrapped = (value: unknown, call: HeldCall): ToolArgs => {
  const args = parsedArgs(value);
  if (!isWrapped(args, call)) return args;
  requireTool(args.action, call);
  return args.args;
};

const editedAction = (item: ToolArgs): ToolArgs | undefined => {
  const { editedAction: camel, edited_action: snake } = item;
  if (camel !== undefined && snake !== undefined && !sameJson(camel, snake))
    return fail('editedAction and edited_action differ');
  const action = camel ?? snake;
  if (action === undefined || action === null) return undefined;
  return isObject(action) ? action : fail('its edited action is not an object');
};

const editedArgs = (item: ToolArgs, call: HeldCall): ToolArgs => {
  const action = editedAction(item);
  if (action === undefined) return unwrapped(item['args'] ?? item['arguments'], call);
  requireTool(action['name'] ?? action['action'], call);
  return parsedArgs(action['args'] ?? action['arguments']);
};

/** An approval runs what was proposed. One that carries something else is unclear, so it is no approval. */
const requireProposed = (item: ToolArgs, call: HeldCall): void => {
  if (editedAction(item) !== undefined) fail('it approves and edits at once');
  const args = item['args'] ?? item['arguments'];
  if (isObject(args) && !sameJson(unwrapped(args, call), call.args))
    fail('it approves with other arguments than were proposed (that is an edit)');
};

/** The words that came with a decision; the Agent Inbox puts them where an edit has its arguments. */
const readMessage = (item: ToolArgs, type: DecisionType): { message?: string } => {
  const inArgs = type === 'edit' || isObject(item['args']) ? undefined : item['args'];
  const message = item['message'] ?? inArgs;
  return message === undefined || message === null ? {} : { message: asText(message) };
};

const readBody = (type: DecisionType, item: ToolArgs, call: HeldCall): Decision => {
  const { message } = readMessage(item, type);
  if (type === 'respond') return { type, message: message ?? fail('a response needs a message') };
  const said = message === undefined ? {} : { message };
  if (type === 'edit') return { type, args: editedArgs(item, call), ...said };
  if (type === 'approve') requireProposed(item, call);
  return { type, ...said };
};

const readDecision = (item: unknown, call: HeldCall): Decision => {
  const body = isObject(item) ? item : { type: item };
  const type = decisionType(body['type']);
  const named = body['tool_call_id'] ?? body['toolCallId'];
  if (named !== undefined && named !== null && named !== call.id) fail('it names another tool call');
  if (!call.decisions.includes(type)) fail(`${type} is not among ${call.decisions.join(', ')}`);
  const decision = readBody(type, body, call);
  const by = body['decided_by'] ?? body['decidedBy'];
  return typeof by === 'string' ? { ...decision, decidedBy: by } : decision;
};

const listOf = (answer: unknown, held: readonly HeldCall[]): unknown[] => {
  if (typeof answer === 'string' || typeof answer === 'boolean') return held.map(() => answer);
  if (Array.isArray(answer)) return answer;
  if (!isObject(answer)) return fail('there is no decision in it');
  if (answer['decisions'] === undefined) return [answer];
  if (answer['type'] !== undefined) return fail('it is one decision and a list of decisions at once');
  return Array.isArray(answer['decisions']) ? answer['decisions'] : fail('its decisions are not a list');
};

const readAll = (answer: unknown, held: readonly HeldCall[]): Decision[] => {
  const items = listOf(answer, held);
  if (items.length !== held.length) fail(`it has ${items.length} of ${held.length} decisions`);
  return held.map((call, index) => {
    try {
      return readDecision(items[index], call);
    } catch (error) {
      if (!(error instanceof NotUnderstood)) throw error;
      return fail(`decision ${index + 1} (${call.name}): ${error.message}`);
    }
  });
};

/**
 * Reads the answer to a gate's question in every dialect that clients send: `{decisions: [{type: 'approve' | 'edit'
 * | 'reject' | 'respond', …}]}`, `[{type: 'accept' | 'edit' | 'response' | 'ignore', args}]`, one such object when
 * one call is held, and the plain words `approve`, `yes`, `true`, `reject`, `no`, `false`, which stand for all calls.
 *
 * Whatever is not exactly one clear, allowed decision per call is a problem, never an approval.
 */
export const readAnswer = (answer: unknown, held: readonly HeldCall[]): Reading => {
  try {
    return { decisions: readAll(answer, held) };
  } catch (error) {
    if (error instanceof NotUnderstood) return { problem: error.message };
    throw error;
  }
};
