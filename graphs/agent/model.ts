import { ChatOpenAI } from '@langchain/openai';

const DEFAULT_MODEL = 'gpt-5-mini';

/**
 * The chat model that the environment names: `OPENAI_MODEL` at `OPENAI_BASE_URL` (any OpenAI-compatible server; it
 * may need no key) or at OpenAI with `OPENAI_API_KEY`. Read anew for each call, so importing the graph needs nothing.
 */
export const chatModel = (): ChatOpenAI => {
  const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL, OPENAI_MODEL: model } = process.env;
  if (!apiKey && !baseURL)
    throw new Error(
      'No model is configured: set OPENAI_API_KEY, or OPENAI_BASE_URL for an OpenAI-compatible server (and OPENAI_MODEL).',
    );
  return new ChatOpenAI({
    model: model || DEFAULT_MODEL,
    apiKey: apiKey || 'none',
    maxRetries: 2,
    ...(baseURL ? { configuration: { baseURL } } : {}),
  });
};
