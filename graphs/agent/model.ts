import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import type { LLMResult } from '@langchain/core/outputs';
import type { StructuredToolInterface } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { ChatOpenAI, type ChatOpenAIFields } from '@langchain/openai';
import { withRetries } from './retry.ts';

const DEFAULT_MODEL = 'gpt-5-mini';

/** Sees why the model stopped: a stream that breaks off says nothing, and would be taken for the whole answer. */
class FinishReason extends BaseCallbackHandler {
  name = 'finish-reason';
  override awaitHandlers = true;
  seen: unknown;

  override handleLLMEnd({ generations }: LLMResult): void {
    this.seen = generations[0]?.[0]?.generationInfo?.['finish_reason'];
  }
}

export interface Turn {
  /** Name of the model; the one of the environment when left out. */
  model: string | undefined;
  tools: StructuredToolInterface[];
  messages: BaseMessage[];
}

/**
 * Where the environment says that models are: `OPENAI_MODEL` at `OPENAI_BASE_URL` (any OpenAI-compatible server; it may
 * need no key) or at OpenAI with `OPENAI_API_KEY`. Read anew for each turn, so importing the graph needs nothing.
 */
const modelFields = (name: string | undefined): ChatOpenAIFields => {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = process.env;
  if (!apiKey && !baseURL)
    throw new Error(
      'No model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for an OpenAI-compatible server (and OPENAI_MODEL).',
    );
  return {
    model: name || model || DEFAULT_MODEL,
    apiKey: apiKey || 'none',
    maxRetries: 0,
    ...(baseURL ? { configuration: { baseURL } } : {}),
  };
};

const speakOnce = async (
  fields: ChatOpenAIFields,
  { tools, messages }: Turn,
  config: LangGraphRunnableConfig,
): Promise<AIMessage> => {
  const finish = new FinishReason();
  const chat = new ChatOpenAI({ ...fields, callbacks: [finish] });
  const reply = await (tools.length === 0 ? chat : chat.bindTools(tools)).invoke(messages, config);
  if ((reply.response_metadata['finish_reason'] ?? finish.seen) == null)
    throw new Error("The model's answer broke off before its end.");
  if (!AIMessage.isInstance(reply))
    throw new Error("The model's answer does not say that it is the assistant's.");
  return reply;
};

/** Some servers give each answer the same id, by which it would replace an earlier message of the conversation. */
const withOwnId = (reply: AIMessage, messages: readonly BaseMessage[]): AIMessage => {
  if (messages.some(({ id }) => id !== undefined && id === reply.id)) reply.id = crypto.randomUUID();
  return reply;
};

/**
 * One turn of the model. A rate limit, a failing server, a broken connection or an answer that breaks off is tried
 * again; what was streamed of it is streamed anew.
 * @throws what the model's server answered in the end. The thread can go on: with new input, or with none to try again.
 */
export const speak = async (turn: Turn, config: LangGraphRunnableConfig): Promise<AIMessage> => {
  const fields = modelFields(turn.model);
  const reply = await withRetries(() => speakOnce(fields, turn, config), config.signal);
  return withOwnId(reply, turn.messages);
};
