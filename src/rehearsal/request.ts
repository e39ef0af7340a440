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
  const body = Body.safeParse(parseJson(text));
  if (!body.success) {
    const [issue] = body.error.issues;
    return {
      problem: { message: issue?.message ?? 'Invalid request.', param: issue?.path.join('.') || 'body' },
    };
  }
  const request = toRequest(body.data);
  const problem = findOrderProblem(request.messages);
  return problem === undefined ? { request } : { problem };
};

/** Undefined for what is no JSON: it is no body then. */
const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
};

const toRequest = (body: z.output<typeof Body>): ChatRequest => {
  const messages = body.messages.map(({ tool_calls, tool_call_id, ...message }) => ({
    ...message,
    ...(tool_calls == null ? {} : { tool_calls }),
    ...(tool_call_id == null ? {} : { tool_call_id }),
  }));
  return {
    model: body.model,
    messages,
    tools: body.tools?.flatMap((tool) => tool.function?.name ?? []) ?? [],
    turn: messages.filter((message) => message.role === 'assistant').length,
    stream: body.stream ?? false,
    includeUsage: body.stream_options?.include_usage ?? false,
  };
};
