import { z } from 'zod';
import type { ModelRequest } from './chat.ts';
import { findOrderProblem, type OrderProblem } from './message-order.ts';

const ToolCall = z.looseObject({
  id: z.string(),
  type: z.literal('function'),
  function: z.object({ name: z.string(), arguments: z.string() }),
});

const Body = z.object({
  model: z.string(),
  messages: z.array(
    z.object({
      role: z.string(),
      content: z.unknown().optional(),
      tool_calls: z.array(ToolCall).nullish(),
      tool_call_id: z.string().nullish(),
    }),
  ),
  tools: z.array(z.object({ function: z.object({ name: z.string() }).optional() })).nullish(),
  stream: z.boolean().nullish(),
  stream_options: z.object({ include_usage: z.boolean().optional() }).nullish(),
});

export interface ChatRequest extends ModelRequest {
  model: string;
  stream: boolean;
  includeUsage: boolean;
}

/** Reads the body of a chat-completions request; refuses what OpenAI would refuse. */
export const readChatRequest = (text: string): { request: ChatRequest } | { problem: OrderProblem } => {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { problem: { message: 'We could not parse the JSON body of your request.', param: 'body' } };
  }
  const body = Body.safeParse(json);
  if (!body.success) {
    const [issue] = body.error.issues;
    return {
      problem: { message: issue?.message ?? 'Invalid request.', param: issue?.path.join('.') ?? 'body' },
    };
  }
  const { model, messages: raw, tools, stream, stream_options: options } = body.data;
  const messages = raw.map(({ tool_calls, tool_call_id, ...message }) => ({
    ...message,
    ...(tool_calls == null ? {} : { tool_calls }),
    ...(tool_call_id == null ? {} : { tool_call_id }),
  }));
  const problem = findOrderProblem(messages);
  if (problem !== undefined) return { problem };
  return {
    request: {
      model,
      messages,
      tools: tools?.flatMap((tool) => tool.function?.name ?? []) ?? [],
      turn: messages.filter((message) => message.role === 'assistant').length,
      stream: stream ?? false,
      includeUsage: options?.include_usage ?? false,
    },
  };
};
