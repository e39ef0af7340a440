import type { ChatMessage } from './chat.ts';

/** What is wrong with a conversation, in OpenAI's words, and where. */
export interface OrderProblem {
  message: string;
  param: string;
}

const ROLES = new Set(['developer', 'system', 'user', 'assistant', 'tool']);

const problem = (index: number, field: string, message: string): OrderProblem => ({
  message,
  param: `messages.[${index}].${field}`,
});

const isEmpty = (content: unknown): boolean =>
  content === undefined || content === null || (Array.isArray(content) && content.length === 0);

const checkShape = (message: ChatMessage, index: number): OrderProblem | undefined => {
  if (!ROLES.has(message.role)) return problem(index, 'role', `Invalid value: '${message.role}'.`);
  if (message.tool_calls?.length === 0)
    return problem(index, 'tool_calls', `Invalid 'messages[${index}].tool_calls': empty array.`);
  if (isEmpty(message.content) && message.tool_calls === undefined)
    return problem(index, 'content', `Invalid value for 'content': expected a string, got null.`);
  const ids = message.tool_calls?.map((call) => call.id) ?? [];
  if (new Set(ids).size < ids.length || ids.includes(''))
    return problem(
      index,
      'tool_calls',
      `Duplicate or empty tool call id in 'messages[${index}].tool_calls'.`,
    );
  return undefined;
};

const unanswered = (waiting: ReadonlySet<string>, index: number): OrderProblem =>
  problem(
    index,
    'role',
    "An assistant message with 'tool_calls' must be followed by tool messages responding to each 'tool_call_id'. " +
      `The following tool_call_ids did not have response messages: ${[...waiting].join(', ')}`,
  );

/**
 * The first thing OpenAI would refuse about these messages: an empty conversation, an empty message, tool calls that
 * are not answered right after them, an answer to a call that was not made or that has its answer already.
 */
export const findOrderProblem = (messages: readonly ChatMessage[]): OrderProblem | undefined => {
  if (messages.length === 0)
    return { message: "Invalid 'messages': empty array. Expected at least one message.", param: 'messages' };
  const waiting = new Set<string>();
  for (const [index, message] of messages.entries()) {
    const misshapen = checkShape(message, index);
    if (misshapen !== undefined) return misshapen;
    if (message.role === 'tool') {
      if (waiting.delete(message.tool_call_id ?? '')) continue;
      return problem(
        index,
        'role',
        "Invalid parameter: messages with role 'tool' must be a response to a preceeding message with 'tool_calls'.",
      );
    }
    if (waiting.size > 0) return unanswered(waiting, index);
    for (const call of message.tool_calls ?? []) waiting.add(call.id);
  }
  return waiting.size > 0 ? unanswered(waiting, messages.length - 1) : undefined;
};
