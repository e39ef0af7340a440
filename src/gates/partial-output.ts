import { getConfig, type LangGraphRunnableConfig } from '@langchain/langgraph';
import type { PartialMessage } from '../model/partial-output.ts';

const current = (): LangGraphRunnableConfig => {
  try {
    return getConfig() ?? {};
  } catch {
    return {}; // outside of a graph
  }
};

/**
 * What the model had said in this very step when an attempt before was cut: its process died, or it was stopped or paused in the
 * middle. Undefined where nothing was, and always under plain LangGraph, which does not keep it. It is the node's to use:
 * to let the model go on from there, or to show it.
 */
export const partialOutput = (config: LangGraphRunnableConfig = current()): string | undefined => {
  const { configurable } = config;
  const kept = configurable?.['__holdpoint_partial'] as PartialMessage[] | undefined;
  return kept?.find(({ checkpointNs }) => checkpointNs === configurable?.['checkpoint_ns'])?.text;
};
