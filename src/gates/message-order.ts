import { AIMessage, type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { withCalls } from './rewrite.ts';
import { type Calls, callsOf } from './tool-calls.ts';

const MISSING =
  'There is no result: this call was not run, because the conversation went on before it was decided.';

/** The results of the calls made at `index`: the tool messages that follow it before the next AI message. */
const resultsAfter = (messages: readonly BaseMessage[], index: number): Map<string, ToolMessage> => {
  const results = new Map<string, ToolMessage>();
  for (const message of messages.slice(index + 1)) {
    if (AIMessage.isInstance(message)) break;
    if (ToolMessage.isInstance(message) && !results.has(message.tool_call_id))
      results.set(message.tool_call_id, message);
  }
  return results;
};

/** Whether the content is a list of blocks that only repeat the calls, of which an API would be sent an empty list. */
const saysNothingElse = ({ content }: AIMessage): boolean =>
  Array.isArray(content) && content.every(({ type }) => type === 'tool_call' || type === 'invalid_tool_call');

/** Whatever its type says: messages come from outside. */
const saysNothing = (message: BaseMessage): boolean => (message.content as unknown) == null;

const withoutBlocks = (message: AIMessage): AIMessage => {
  const { output_version: _version, ...metadata } = message.response_metadata;
  message.response_metadata = metadata;
  message.content = '';
  return message;
};

/** `message` with calls only that can be sent back to a model: arguments that are no object become a text in one. */
const sendable = (message: AIMessage, { valid, invalid }: Calls): AIMessage => {
  const repaired = invalid.map(({ id, name, args }) => ({
    id,
    name: name ?? 'unknown',
    args: { not_a_json_object: args ?? '' },
  }));
  const copy = withCalls(message, { valid: [...valid, ...repaired], invalid: [] });
  return saysNothingElse(message) ? withoutBlocks(copy) : copy;
};

const withResults = (messages: readonly BaseMessage[], index: number, message: AIMessage): BaseMessage[] => {
  const calls = callsOf(message);
  const all = [...calls.valid, ...calls.invalid];
  if (all.length === 0) return saysNothing(message) ? [] : [message];
  const results = resultsAfter(messages, index);
  const answers = all.map(
    ({ id, name }) =>
      results.get(id) ??
      new ToolMessage({
        tool_call_id: id,
        status: 'error',
        content: MISSING,
        ...(name === undefined ? {} : { name }),
      }),
  );
  return [sendable(message, calls), ...answers];
};

/**
 * The same conversation in an order that model APIs accept: right after an AI message come the results of all its
 * tool calls, and nothing else. A message that was put in between (a person's remark, given with a decision) moves
 * behind the results; a call that was never decided gets a result that says so; a result without a call is left out.
 * A message without content and without calls, which APIs refuse, is left out, too.
 * For the model's eyes only: the state keeps the order in which things happened.
 */
export const inLegalOrder = (messages: readonly BaseMessage[]): BaseMessage[] =>
  messages.flatMap((message, index) => {
    if (ToolMessage.isInstance(message)) return [];
    if (AIMessage.isInstance(message)) return withResults(messages, index, message);
    return saysNothing(message) ? [] : [message];
  });
