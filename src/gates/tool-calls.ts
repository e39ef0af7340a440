import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { InvalidToolCall, ToolCall } from '@langchain/core/messages/tool';
import { isObject } from './json.ts';
import type { ToolArgs } from './policy.ts';

/** A tool call as the gate and the tools node need it: with an id that is its own within the message. */
export type IdentifiedCall = ToolCall & { id: string; args: ToolArgs };

/** A call whose arguments are no JSON object: it cannot run, but the model must be told so. */
export type UnparsedCall = InvalidToolCall & { id: string; type: 'invalid_tool_call' };

export interface Calls {
  valid: IdentifiedCall[];
  invalid: UnparsedCall[];
}

type Unsorted = { id?: string | undefined; name?: string | undefined; args?: unknown };

const isAiMessage = (message: BaseMessage): message is AIMessage => AIMessage.isInstance(message);

const isToolMessage = (message: BaseMessage): message is ToolMessage => ToolMessage.isInstance(message);

/** The last AI message and the tool messages after it; undefined before the model has spoken. */
export const lastTurn = (
  messages: readonly BaseMessage[],
): { message: AIMessage; answers: ToolMessage[] } | undefined => {
  const index = messages.findLastIndex(isAiMessage);
  const message = messages[index];
  if (message === undefined || !isAiMessage(message)) return undefined;
  return { message, answers: messages.slice(index + 1).filter(isToolMessage) };
};

/** The object that `text` is in JSON, nothing being no arguments at all; undefined for anything else. */
const parseArgs = (text: string): ToolArgs | undefined => {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * The raw arguments of calls that came in a stream, by call id. LangChain completes a JSON text that was cut off
 * and shows the result as a good call, so the raw text is what counts.
 */
const rawArgs = (message: AIMessage): Map<string, string> => {
  const chunks = 'tool_call_chunks' in message ? message.tool_call_chunks : undefined;
  if (!Array.isArray(chunks)) return new Map();
  return new Map(
    chunks.flatMap((chunk: unknown) =>
      isObject(chunk) && typeof chunk['id'] === 'string' && typeof chunk['args'] === 'string'
        ? [[chunk['id'], chunk['args']] as const]
        : [],
    ),
  );
};

/** All calls of a message: its own lists, and the unparsed ones that protocol v2 keeps in the content only. */
const unsortedCalls = (message: AIMessage): Unsorted[] => {
  const listed: Unsorted[] = [...(message.tool_calls ?? []), ...(message.invalid_tool_calls ?? [])];
  const ids = new Set(listed.map((call) => call.id));
  const blocks: unknown[] = Array.isArray(message.content) ? message.content : [];
  const hidden = blocks
    .filter((block): block is Unsorted => isObject(block) && block['type'] === 'invalid_tool_call')
    .filter((block) => !ids.has(block.id));
  return [...listed, ...hidden];
};

const argsOf = ({ id, args }: Unsorted, raw: ReadonlyMap<string, string>): ToolArgs | undefined => {
  const text = typeof args === 'string' ? args : raw.get(id ?? '');
  if (text !== undefined && parseArgs(text) === undefined) return undefined;
  return isObject(args) ? args : parseArgs(text ?? 'no text');
};

const ownId = (id: string | undefined, taken: { prefix: string; ids: Set<string> }): string => {
  let own = id ?? '';
  for (let n = taken.ids.size; own === '' || taken.ids.has(own); n += 1) own = `${id ?? taken.prefix}:${n}`;
  taken.ids.add(own);
  return own;
};

const textOf = (args: unknown): string => (typeof args === 'string' ? args : (JSON.stringify(args) ?? ''));

/**
 * Every call of `message`, sorted into those that can run and those whose arguments are no JSON object, however the
 * message arrived (whole, streamed, or by protocol v2). Each has an id no other call of the message has; ids that the
 * model left out or used twice are made up from the message alone, so that each reading finds the same ones.
 */
export const callsOf = (message: AIMessage): Calls => {
  const raw = rawArgs(message);
  const taken = { prefix: message.id ?? 'call', ids: new Set<string>() };
  const calls: Calls = { valid: [], invalid: [] };
  for (const call of unsortedCalls(message)) {
    const id = ownId(call.id, taken);
    const args = argsOf(call, raw);
    if (args !== undefined && call.name !== undefined) {
      calls.valid.push({ id, name: call.name, args, type: 'tool_call' });
      continue;
    }
    const name = call.name === undefined ? {} : { name: call.name };
    const text = raw.get(call.id ?? '') ?? textOf(call.args);
    calls.invalid.push({ id, ...name, args: text, error: 'not a JSON object', type: 'invalid_tool_call' });
  }
  return calls;
};

/** The calls of the last AI message that no tool message has answered yet. */
export const unanswered = (messages: readonly BaseMessage[]): Calls => {
  const turn = lastTurn(messages);
  if (turn === undefined) return { valid: [], invalid: [] };
  const answered = new Set(turn.answers.map((answer) => answer.tool_call_id));
  const { valid, invalid } = callsOf(turn.message);
  return {
    valid: valid.filter((call) => !answered.has(call.id)),
    invalid: invalid.filter((call) => !answered.has(call.id)),
  };
};

/** The calls of the last AI message that no tool message has answered yet and that can run. */
export const pendingToolCalls = (messages: readonly BaseMessage[]): IdentifiedCall[] =>
  unanswered(messages).valid;

/** Whether the last AI message has calls that wait for an answer, runnable or not: whether to go on to the gate. */
export const wantsTools = (messages: readonly BaseMessage[]): boolean => {
  const { valid, invalid } = unanswered(messages);
  return valid.length + invalid.length > 0;
};
