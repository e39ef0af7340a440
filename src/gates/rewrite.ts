import { AIMessage } from '@langchain/core/messages';
import type { ToolArgs } from './policy.ts';
import { type Calls, callsOf } from './tool-calls.ts';

/** Whether the message's own lists say what `calls` say; if not, it is rewritten so that every reader agrees. */
const saysTheSame = (message: AIMessage, { valid, invalid }: Calls): boolean => {
  const listed = message.tool_calls ?? [];
  const unparsed = message.invalid_tool_calls ?? [];
  return (
    listed.length === valid.length &&
    unparsed.length === invalid.length &&
    valid.every((call, index) => listed[index]?.id === call.id && listed[index].args === call.args) &&
    invalid.every((call, index) => unparsed[index]?.id === call.id)
  );
};

const newContent = (content: AIMessage['content'], calls: Calls): AIMessage['content'] => {
  if (typeof content === 'string') return content;
  const valid = new Map(calls.valid.map((call) => [call.id, call]));
  const invalid = new Map(calls.invalid.map((call) => [call.id, call]));
  return content.map((block) => {
    const id = typeof block['id'] === 'string' ? block['id'] : '';
    const args = valid.get(id)?.args;
    const unparsed = invalid.get(id);
    if (block.type === 'tool_call')
      return unparsed === undefined ? { ...block, ...(args && { args }) } : { ...unparsed };
    return block.type === 'tool_use' && args !== undefined ? { ...block, input: args } : block;
  });
};

/**
 * A copy of `message` with the same id that makes exactly these calls. Whatever else in the message repeats the
 * arguments (content blocks, the provider's raw form, stream chunks) is changed with them or left out.
 */
export const withCalls = (message: AIMessage, calls: Calls): AIMessage => {
  const { tool_calls: _raw, ...additional } = message.additional_kwargs;
  return new AIMessage({
    content: newContent(message.content, calls),
    tool_calls: calls.valid,
    invalid_tool_calls: calls.invalid,
    additional_kwargs: additional,
    response_metadata: message.response_metadata,
    ...(message.id === undefined ? {} : { id: message.id }),
    ...(message.name === undefined ? {} : { name: message.name }),
    ...(message.usage_metadata === undefined ? {} : { usage_metadata: message.usage_metadata }),
  });
};

/** The message to write back after a person's `edits` (by call id): none when nothing about it changes. */
export const rewritten = (message: AIMessage, edits: ReadonlyMap<string, ToolArgs>): AIMessage[] => {
  const calls = callsOf(message);
  if (edits.size === 0 && saysTheSame(message, calls)) return [];
  const valid = calls.valid.map((call) => ({ ...call, args: edits.get(call.id) ?? call.args }));
  return [withCalls(message, { ...calls, valid })];
};
