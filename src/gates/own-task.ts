import { getConfig, type LangGraphRunnableConfig, task } from '@langchain/langgraph';
import { isObject } from './json.ts';

const inGraph = (config: LangGraphRunnableConfig): boolean =>
  typeof config.configurable?.['__pregel_call'] === 'function';

/**
 * Runs `work` as a task of its own within the node that runs now. When the node is run again (because another part of
 * it asked a question, was drained, or died) the result that is stored is returned and the work is not repeated.
 * What stops `work` (a question, a drain, an abort) stops the node. Outside of a graph the work is simply done.
 */
export const inOwnTask = async <T>(
  name: string,
  config: LangGraphRunnableConfig,
  work: (config: LangGraphRunnableConfig) => Promise<T>,
): Promise<T> => {
  if (!inGraph(config)) return work(config);
  const own = task(name, async () => work({ ...config, ...getConfig() }));
  return own();
};

/**
 * Resolves when what tasks of this node have returned is on disk. A saver that writes later than it is asked to says so
 * by a method `stored`; others have written by then, or cannot say.
 */
export const storedSoFar = async ({ configurable }: LangGraphRunnableConfig): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve)); // LangGraph hands a result to the saver after it is returned
  const saver: unknown = configurable?.['__pregel_checkpointer'];
  if (isObject(saver) && typeof saver['stored'] === 'function') await saver['stored']();
};
