import { unlessAborted, withDeadline } from './deadline.ts';
import type { Graph, GraphRegistry } from './graph-registry.ts';
import { mergeConfig, runIdentity, type ClaimedRun } from './run-config.ts';

const load = (graphs: GraphRegistry, claimed: ClaimedRun): Promise<Graph> => {
  const { run, graphId, assistant } = claimed;
  const { configurable } = mergeConfig(assistant.config, run.kwargs.config);
  return graphs.load(graphId, { configurable: { ...configurable, ...runIdentity(claimed) } });
};

/** The graph of a claimed run, made for its assistant's configuration and the run's own. A function may never make it. */
export const loadClaimed = (
  graphs: GraphRegistry,
  claimed: ClaimedRun,
  signal: AbortSignal,
): Promise<Graph> => unlessAborted(load(graphs, claimed), signal);

const SOON_MS = 2000;

/** The same for an attempt that ended before it had its graph, which may be because there will be none. */
export const loadSoon = (graphs: GraphRegistry, claimed: ClaimedRun): Promise<Graph> =>
  withDeadline(() => load(graphs, claimed), { ms: SOON_MS, what: 'the graph' });
