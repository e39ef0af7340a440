import { randomUUID } from 'node:crypto';
import type { ChatToolCall, Reply, ScriptedCall } from './chat.ts';

export interface Usage {
  prompt_tokens: number;
  completion_tokens: number;
  total_tokens: number;
}

/** A reply with everything decided that the wire needs, so that both forms below say the same. */
export interface Completion {
  id: string;
  model: string;
  created: number;
  text: string;
  calls: ChatToolCall[];
  usage: Usage;
}

const PIECE = 24;

const toolCall = ({ id, name, args }: ScriptedCall): ChatToolCall => ({
  id: id ?? `call_${randomUUID().replaceAll('-', '')}`,
  type: 'function',
  function: { name, arguments: typeof args === 'string' ? args : JSON.stringify(args) },
});

/** About what a tokeniser would count. */
const tokens = (text: string): number => Math.ceil(text.length / 4);

export const complete = (reply: Reply, request: { model: string; prompt: string }): Completion => {
  const calls = (reply.toolCalls ?? []).map(toolCall);
  const text = reply.text ?? '';
  const prompt = tokens(request.prompt);
  const completion = tokens(text) + calls.reduce((sum, call) => sum + tokens(call.function.arguments) + 4, 0);
  return {
    id: `chatcmpl-${randomUUID()}`,
    model: request.model,
    created: Math.floor(Date.now() / 1000),
    text,
    calls,
    usage: { prompt_tokens: prompt, completion_tokens: completion, total_tokens: prompt + completion },
  };
};

const finishReason = ({ calls }: Completion): string => (calls.length > 0 ? 'tool_calls' : 'stop');

/** The answer to a request without `stream`. */
export const asJson = (completion: Completion) => {
  const { id, model, created, text, calls, usage } = completion;
  const message = {
    role: 'assistant',
    content: text === '' && calls.length > 0 ? null : text,
    refusal: null,
    ...(calls.length > 0 ? { tool_calls: calls } : {}),
  };
  const choice = { index: 0, message, logprobs: null, finish_reason: finishReason(completion) };
  return { id, object: 'chat.completion', created, model, choices: [choice], usage };
};

const pieces = (text: string): string[] => text.match(new RegExp(`[\\s\\S]{1,${PIECE}}`, 'g')) ?? [];

/** The deltas of one call. A call after text has an index of at least 1: clients number the text as block 0. */
const callDeltas = (call: ChatToolCall, index: number) => [
  {
    tool_calls: [
      { index, id: call.id, type: 'function', function: { name: call.function.name, arguments: '' } },
    ],
  },
  ...pieces(call.function.arguments).map((part) => ({
    tool_calls: [{ index, function: { arguments: part } }],
  })),
];

/** The answer to a request with `stream`, chunk by chunk: the text in words, each call's arguments in pieces. */
export const asChunks = (completion: Completion, options: { includeUsage: boolean }) => {
  const { id, model, created, text, calls, usage } = completion;
  const envelope = { id, object: 'chat.completion.chunk', created, model };
  const chunk = (delta: object, finish_reason: string | null = null) => ({
    ...envelope,
    choices: [{ index: 0, delta, logprobs: null, finish_reason }],
  });
  const first = text === '' ? 0 : 1;
  return [
    chunk({ role: 'assistant', content: '' }),
    ...(text.match(/\s*\S+\s*$|\s*\S+|\s+/g) ?? []).map((word) => chunk({ content: word })),
    ...calls.flatMap((call, index) => callDeltas(call, first + index)).map((delta) => chunk(delta)),
    chunk({}, finishReason(completion)),
    ...(options.includeUsage ? [{ ...envelope, choices: [], usage }] : []),
  ];
};
