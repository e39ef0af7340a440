import type { Settings } from '../config/settings.ts';
import { routeGraphReads, type GraphReads } from '../engine/graph-reads.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Storage } from '../storage/ports.ts';
import type { Workers } from '../worker/workers.ts';

interface ReadParts {
  graphs: GraphRegistry;
  storage: Pick<Storage, 'checkpoints'>;
}

/** Graphs as this process reads them; those that are functions are built by a worker, and by nobody without one. */
export const openGraphReads = (
  { graphs, storage }: ReadParts,
  asked?: { workers: () => Workers; settings: Pick<Settings, 'callTimeoutMs'> },
): GraphReads => {
  let loading: Promise<GraphReads> | undefined;
  return routeGraphReads({
    isFunction: (graphId) => graphs.isFunction(graphId),
    local: () => (loading ??= loadReads({ graphs, storage })),
    ask: async (question) => {
      if (!asked)
        throw new HoldpointError('worker_unavailable', 'A graph that is a function needs a worker.');
      return (await asked.workers().call('readGraph', question, asked.settings.callTimeoutMs)) as string;
    },
  });
};

/** LangGraph is loaded with it: by who reads, when it first does. */
const loadReads = async ({ graphs, storage }: ReadParts): Promise<GraphReads> => {
  const { createLocalGraphReads } = await import('../engine/local-graph-reads.ts');
  return createLocalGraphReads({ graphs, checkpoints: storage.checkpoints });
};
