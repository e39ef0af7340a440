import { v5 as uuid5 } from 'uuid';
import { drawGraph } from '../engine/graph-calls.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import type { Assistant, AssistantSearch } from '../model/assistant.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Page, Storage } from '../storage/ports.ts';

/** The namespace in which LangGraph servers derive a graph's own assistant from its id. */
const NAMESPACE = '6ba7b821-9dad-11d1-80b4-00c04fd430c8';

interface AssistantDeps {
  storage: Storage;
  graphs: GraphRegistry;
  clock: Clock;
}

export interface Assistants {
  /** Every graph has an assistant of its own, with an id any LangGraph client can derive. To be called at start. */
  ensureSystem(): Promise<void>;
  /**
   * By id, or by graph id for a graph's own.
   * @throws {HoldpointError} `assistant_not_found`.
   */
  find(assistantOrGraphId: string): Promise<Assistant>;
  search(query: AssistantSearch): Promise<Page<Assistant>>;
  /** The graph as nodes and edges. */
  draw(assistantOrGraphId: string, xray: boolean | number): Promise<unknown>;
}

export const createAssistants = ({ storage, graphs, clock }: AssistantDeps): Assistants => {
  const find = async (id: string): Promise<Assistant> => {
    const assistant = await storage.assistants.get(graphs.has(id) ? systemAssistantId(id) : id);
    if (assistant) return assistant;
    throw new HoldpointError('assistant_not_found', 'Assistant not found', {
      details: { assistant_id: id, graphs: graphs.ids() },
    });
  };
  return {
    find,
    search: (query) => storage.assistants.search(query),
    draw: async (id, xray) => drawGraph(await graphs.load((await find(id)).graphId), xray),
    ensureSystem: async () => {
      const at = isoTime(clock);
      await storage.transaction(async (ledger) => {
        for (const graphId of graphs.ids()) await ledger.assistants.insert(systemAssistant(graphId, at));
      });
    },
  };
};

export const systemAssistantId = (graphId: string): string => uuid5(graphId, NAMESPACE);

const systemAssistant = (graphId: string, at: string): Assistant => ({
  assistantId: systemAssistantId(graphId),
  graphId,
  name: graphId,
  description: null,
  config: {},
  context: {},
  metadata: { created_by: 'system' },
  version: 1,
  createdAt: at,
  updatedAt: at,
});
