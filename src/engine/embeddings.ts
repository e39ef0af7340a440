import type { OpenAIEmbeddings } from '@langchain/openai';

/**
 * Embeds texts by a model behind any endpoint that speaks OpenAI's API; where it is and the key are taken from
 * `OPENAI_BASE_URL` and `OPENAI_API_KEY` when it is first asked.
 */
export const openAiEmbed = (model: string, dims: number): ((texts: string[]) => Promise<number[][]>) => {
  let embeddings: OpenAIEmbeddings | undefined;
  return async (texts) => {
    embeddings ??= await openAi(model, dims);
    return embeddings.embedDocuments(texts);
  };
};

const openAi = async (model: string, dims: number): Promise<OpenAIEmbeddings> => {
  const { OpenAIEmbeddings: Embeddings } = await import('@langchain/openai'); // only who embeds waits for it
  return new Embeddings({
    model,
    maxRetries: 2,
    encodingFormat: 'float', // not every compatible endpoint knows the other
    ...(model.startsWith('text-embedding-3') && { dimensions: dims }),
  });
};
