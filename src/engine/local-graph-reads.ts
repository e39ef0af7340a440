import type { Checkpoints } from '../storage/checkpoints.ts';
import { drawGraph, hasWholeCheckpoints, subgraphsOf } from './graph-calls.ts';
import type { BuiltWith, GraphReads } from './graph-reads.ts';
import type { Graph, GraphRegistry } from './graph-registry.ts';
import { declaredShape } from './schemas/declared-shapes.ts';
import { readThreadNow } from './thread-now.ts';
import { readHistory, readState } from './thread-state.ts';

/** Reads graphs in this process. */
export const createLocalGraphReads = ({
  graphs,
  checkpoints,
}: {
  graphs: Pick<GraphRegistry, 'load'>;
  checkpoints: Pick<Checkpoints, 'saver'>;
}): GraphReads => {
  const load = ({ graphId, config }: BuiltWith): Promise<Graph> => graphs.load(graphId, config);
  return {
    state: async ({ query, ...built }) => readState(await load(built), await checkpoints.saver(), query),
    history: async ({ query, ...built }) => readHistory(await load(built), await checkpoints.saver(), query),
    now: async ({ threadId, ...built }) =>
      readThreadNow(await load(built), await checkpoints.saver(), threadId),
    draw: async ({ xray, ...built }) => drawGraph(await load(built), xray),
    shape: async (built) => declaredShape(await load(built)),
    subgraphs: async ({ namespace, recurse, ...built }) => {
      const found = Object.entries(await subgraphsOf(await load(built), { namespace, recurse }));
      return Object.fromEntries(found.map(([name, graph]) => [name, declaredShape(graph)]));
    },
    standsAlone: async (built) => hasWholeCheckpoints(await load(built)),
  };
};
