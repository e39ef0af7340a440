import type { Graph, GraphRegistry } from './graph-registry.ts';
import { mergeConfig, runIdentity, type ClaimedRun } from './run-config.ts';

/** The graph of a claimed run, made for its assistant's configuration and the run's own. */
export const loadClaimed = (graphs: GraphRegistry, claimed: ClaimedRun): Promise<Graph> => {
  const { run, graphId, assistant } = claimed;
  const { configurable } = mergeConfig(assistant.config, run.kwargs.config);
  return graphs.load(graphId, { configurable: { ...configurable, ...runIdentity(claimed) } });
};
