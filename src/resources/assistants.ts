import { v5 as uuid5 } from 'uuid';
import type { GraphReads } from '../engine/graph-reads.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import { toGraphShape, type GraphShape } from '../engine/schemas/graph-shape.ts';
import type { GraphShapes } from '../engine/schemas/graph-shapes.ts';
import type {
  Assistant,
  AssistantFilter,
  AssistantSearch,
  AssistantVersion,
  AssistantVersionSearch,
} from '../model/assistant.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { mergeMetadata } from '../model/metadata.ts';
import { assistantNotFound } from '../model/not-found.ts';
import type { Page, Storage } from '../storage/ports.ts';

/** The namespace in which LangGraph servers derive a graph's own assistant from its id. */
const NAMESPACE = '6ba7b821-9dad-11d1-80b4-00c04fd430c8';

interface AssistantDeps {
  storage: Storage;
  graphs: Pick<GraphRegistry, 'ids' | 'has' | 'describe'>;
  reads: Pick<GraphReads, 'draw' | 'subgraphs'>;
  shapes: GraphShapes;
  clock: Clock;
  newId: () => string;
}

type Fields = Pick<Assistant, 'graphId' | 'name' | 'description' | 'config' | 'context' | 'metadata'>;

export type PatchAssistantInput = { [K in keyof Fields]?: Fields[K] | undefined };

export interface CreateAssistantInput extends PatchAssistantInput {
  assistantId?: string | undefined;
  graphId: string;
  ifExists: 'raise' | 'do_nothing';
}

/** Whether an assistant is for who asks. */
type MayUse = (assistant: Assistant) => Promise<boolean>;

export interface Assistants {
  /** Every graph has an assistant of its own, with an id any LangGraph client can derive. To be called at start. */
  ensureSystem(): Promise<void>;
  /**
   * By id, or by graph id for a graph's own.
   * @throws {HoldpointError} `assistant_not_found`.
   */
  find(assistantOrGraphId: string): Promise<Assistant>;
  /**
   * By id, by graph id or by its name; where nothing is named, the only graph's own, or that of the graph "agent". Of
   * those that have the name only such as `mayUse` lets by are looked at.
   * @throws {HoldpointError} `assistant_not_found`; `invalid_request` when it is not clear which one is meant.
   */
  findNamed(name: string | undefined, mayUse?: MayUse): Promise<Assistant>;
  /** Whether it is the assistant that a graph always has. */
  isSystem(assistant: Assistant): boolean;
  search(query: AssistantSearch): Promise<Page<Assistant>>;
  count(filter: AssistantFilter): Promise<number>;
  /**
   * @throws {HoldpointError} `graph_not_found`; `already_exists` when the id is taken and `ifExists` is "raise"; as
   * {@link mergeMetadata}.
   */
  create(input: CreateAssistantInput): Promise<Assistant>;
  /** Makes a new version, with `metadata` merged into what is there ({@link mergeMetadata}) and the other fields replaced. */
  patch(assistantOrGraphId: string, patch: PatchAssistantInput): Promise<Assistant>;
  versions(query: AssistantVersionSearch): Promise<AssistantVersion[]>;
  /** @throws {HoldpointError} `assistant_not_found` when there is no such version. */
  setLatest(assistantOrGraphId: string, version: number): Promise<Assistant>;
  /** The graph as nodes and edges. */
  draw(assistantOrGraphId: string, xray: boolean | number): Promise<unknown>;
  /** JSON Schemas of the graph's input, output, state and context. */
  schemas(assistantOrGraphId: string): Promise<GraphShape>;
  /** The shapes of the graphs within the graph by namespace; of one namespace only, when it is given. */
  subgraphs(
    assistantOrGraphId: string,
    options: { namespace?: string | undefined; recurse: boolean },
  ): Promise<Record<string, GraphShape>>;
}

export const createAssistants = (deps: AssistantDeps): Assistants => {
  const { storage, graphs, reads, shapes, clock } = deps;
  const find = async (id: string): Promise<Assistant> => {
    const assistant = await storage.assistants.get(graphs.has(id) ? systemAssistantId(id) : id);
    if (assistant) return described(graphs, assistant);
    throw new HoldpointError('assistant_not_found', 'Assistant not found', {
      details: { assistant_id: id, graphs: graphs.ids() },
    });
  };
  const graphOf = async (id: string) => {
    const { graphId, config } = await find(id);
    return { graphId, config: { configurable: config.configurable ?? {} } };
  };
  return {
    find,
    findNamed: async (name, mayUse = anybody) => find(await idOf(deps, name, mayUse)),
    isSystem: (assistant) => isSystem(graphs, assistant.assistantId),
    ...editing(deps, find),
    search: async (query) => {
      const page = await storage.assistants.search(query);
      return { ...page, items: page.items.map((assistant) => described(graphs, assistant)) };
    },
    count: (filter) => storage.assistants.count(filter),
    versions: async ({ assistantId, ...query }) =>
      storage.assistants.versions({ ...query, assistantId: (await find(assistantId)).assistantId }),
    draw: async (id, xray) => reads.draw({ ...(await graphOf(id)), xray }),
    schemas: async (id) => {
      const { graphId, config } = await graphOf(id);
      return shapes.of(graphId, config);
    },
    subgraphs: async (id, options) => {
      const built = await graphOf(id);
      const found = Object.entries(await reads.subgraphs({ ...built, ...options }));
      return Object.fromEntries(
        found.map(([namespace, { shapes: declared, channels }]) => [
          namespace,
          toGraphShape(built.graphId, declared, channels),
        ]),
      );
    },
    ensureSystem: async () => {
      const at = isoTime(clock);
      await storage.transaction(async (ledger) => {
        for (const graphId of graphs.ids()) await ledger.assistants.insert(systemAssistant(graphId, at));
      });
    },
  };
};

const anybody: MayUse = () => Promise.resolve(true);

/** The id that is meant. One that nothing has is answered as it is. */
const idOf = async (deps: AssistantDeps, name: string | undefined, mayUse: MayUse): Promise<string> => {
  const { storage, graphs } = deps;
  if (name === undefined) return onlyGraph(graphs.ids());
  if (graphs.has(name) || (await storage.assistants.get(name))) return name;
  const query = { name, limit: 1000, offset: 0, sortBy: 'created_at', sortOrder: 'asc' } as const;
  const called: Assistant[] = [];
  for (const assistant of (await storage.assistants.search(query)).items)
    if (assistant.name === name && (await mayUse(assistant))) called.push(assistant);
  if (called.length > 1)
    throw unclear(`${called.length} assistants are called "${name}": give the id of one`);
  return called[0]?.assistantId ?? name;
};

const onlyGraph = (known: string[]): string => {
  const [only] = known.length === 1 ? known : known.filter((id) => id === 'agent');
  if (only !== undefined) return only;
  throw unclear(`say which of ${known.join(', ')}`);
};

const unclear = (problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `agent: ${problem}`, { details: { field: 'agent' } });

const editing = (
  { storage, graphs, clock, newId }: AssistantDeps,
  find: Assistants['find'],
): Pick<Assistants, 'create' | 'patch' | 'setLatest'> => ({
  create: async ({ assistantId = newId(), ifExists, ...fields }) => {
    checkGraph(graphs, fields.graphId);
    const at = isoTime(clock);
    const metadata = mergeMetadata({}, fields.metadata);
    const assistant = { ...blank(assistantId, at), ...given(fields), metadata };
    if (await storage.transaction((ledger) => ledger.assistants.insert(assistant))) return assistant;
    if (ifExists === 'do_nothing') return find(assistantId);
    throw new HoldpointError('already_exists', 'Assistant already exists', {
      details: { assistant_id: assistantId },
    });
  },
  patch: async (id, patch) => {
    if (patch.graphId !== undefined) checkGraph(graphs, patch.graphId);
    const { assistantId } = await find(id);
    if (patch.graphId !== undefined && isSystem(graphs, assistantId)) throw keepsGraph(assistantId);
    return storage.transaction(async (ledger) => {
      const assistant = await ledger.assistants.get(assistantId);
      if (!assistant) throw assistantNotFound(id);
      const metadata = mergeMetadata(assistant.metadata, patch.metadata);
      const changed = { ...assistant, ...given(patch), metadata, updatedAt: isoTime(clock) };
      return described(graphs, await ledger.assistants.putVersion(changed));
    });
  },
  setLatest: async (id, version) => {
    const { assistantId } = await find(id);
    const shown = await storage.transaction((ledger) =>
      ledger.assistants.showVersion({ assistantId, version, updatedAt: isoTime(clock) }),
    );
    if (shown) return described(graphs, shown);
    throw new HoldpointError('assistant_not_found', `Assistant ${id} has no version ${version}`, {
      details: { assistant_id: assistantId, version },
    });
  },
});

/** A graph's own assistant that nobody has described is what `langgraph.json` says of the graph, now. */
const described = (graphs: AssistantDeps['graphs'], assistant: Assistant): Assistant => {
  const { assistantId, graphId, description } = assistant;
  if (description !== null || assistantId !== systemAssistantId(graphId)) return assistant;
  return { ...assistant, description: graphs.describe(graphId) };
};

const isSystem = (graphs: AssistantDeps['graphs'], assistantId: string): boolean =>
  graphs.ids().some((graphId) => systemAssistantId(graphId) === assistantId);

const keepsGraph = (assistantId: string): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `graph_id: assistant ${assistantId} is the own one of its graph and stays with it`,
    { details: { field: 'graph_id' } },
  );

const checkGraph = (graphs: AssistantDeps['graphs'], graphId: string): void => {
  if (graphs.has(graphId)) return;
  throw new HoldpointError('graph_not_found', `Graph "${graphId}" is not in langgraph.json.`, {
    details: { graphs: graphs.ids() },
  });
};

const given = <T extends object>(fields: T): { [K in keyof T]-?: Exclude<T[K], undefined> } =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;

export const systemAssistantId = (graphId: string): string => uuid5(graphId, NAMESPACE);

const systemAssistant = (graphId: string, at: string): Assistant => ({
  ...blank(systemAssistantId(graphId), at),
  graphId,
  name: graphId,
  metadata: { created_by: 'system' },
});

const blank = (assistantId: string, at: string): Assistant => ({
  assistantId,
  graphId: '',
  name: 'Untitled',
  description: null,
  config: {},
  context: {},
  metadata: {},
  version: 1,
  createdAt: at,
  updatedAt: at,
});
