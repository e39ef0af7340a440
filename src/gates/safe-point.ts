import { GraphDrained, GraphInterrupt, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { runPlace } from './run-place.ts';

/**
 * A point inside a long step at which it may stop. Where a pause was asked for, or the worker is to end, the step ends
 * here instead of at its end, and begins again when the run goes on: what it did through `effect` before is not done
 * again. Otherwise it returns at once, after other runs of the worker had their turn; a run that was cancelled ends here.
 *
 * What it throws to end the step is LangGraph's own and must not be caught. In a tool, give it the tool's `config`.
 *
 * @example
 * for (const part of parts) {
 *   await effect({ name: 'send', args: { part }, run: () => send(part) });
 *   await safePoint();
 * }
 */
export const safePoint = async (config?: LangGraphRunnableConfig): Promise<void> => {
  await new Promise((resolve) => setImmediate(resolve));
  const place = runPlace(config);
  place.config.signal?.throwIfAborted();
  if (place.handle?.drainRequested) {
    place.handle.stopHere();
    throw new GraphInterrupt([]); // tool nodes let a question through, and nothing else
  }
  const { control } = place.config;
  if (!place.handle && control?.drainRequested) throw new GraphDrained(control.drainReason ?? 'drain');
};
