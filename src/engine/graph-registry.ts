import type { Pregel } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import { HoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import type { CodeFingerprint } from '../model/pause.ts';
import { fingerprintOf } from './fingerprint.ts';
import { importModule, moduleUrl, prepareImports } from './import-module.ts';
import { placeOf } from './load-error-place.ts';

/** Any compiled graph. */
// oxlint-disable-next-line typescript/no-explicit-any -- LangGraph's own "any graph" has these parameters
export type Graph = Pregel<any, any>;

/** Where `langgraph.json` says a graph is: the export of a module. */
export interface GraphSource {
  file: string;
  exportName: string;
  /** What it says of the graph. */
  description?: string | null;
  /** Counts how often its project was read anew by this process: another number is another import. */
  generation?: number;
}

/** @throws {HoldpointError} `graph_not_found`. */
const sourceIn = (sources: Record<string, GraphSource>, graphId: string): GraphSource => {
  const source = Object.hasOwn(sources, graphId) ? sources[graphId] : undefined;
  if (source) return source;
  throw new HoldpointError('graph_not_found', `Graph "${graphId}" is not in langgraph.json.`, {
    details: { graphs: Object.keys(sources) },
  });
};

/** The graphs this process can load, by id. Each module is imported once, when it is first needed. */
export interface GraphRegistry {
  ids(): string[];
  has(graphId: string): boolean;
  /** What `langgraph.json` says of it; null where that says nothing. */
  describe(graphId: string): string | null;
  /**
   * The compiled graph. A graph given as a function is called with `config` each time.
   * @throws {HoldpointError} `graph_not_found`; {GraphLoadError} when its module cannot be imported.
   */
  load(graphId: string, config?: Record<string, unknown>): Promise<Graph>;
  /**
   * Everything the graph's module exports, and its code as it was when it was imported.
   * @throws as `load` does.
   */
  module(graphId: string): Promise<GraphModule>;
  /**
   * Whether the graph is given as a function, which `load` calls each time.
   * @throws as `load` does.
   */
  isFunction(graphId: string): Promise<boolean>;
  /** Imports every graph's module ahead of its first use. Answers what failed, by graph. */
  preload(): Promise<Record<string, GraphLoadError>>;
}

/** A graph's module beside the graph itself. */
export interface GraphModule {
  file: string;
  exports: Record<string, unknown>;
  code: CodeFingerprint;
}

/** A graph's module failed to import, or what it exports is no graph. */
export class GraphLoadError extends HoldpointError {
  constructor(graphId: string, source: GraphSource, cause: unknown) {
    const problem = cause instanceof Error ? cause.message : String(cause);
    const place = placeOf(cause);
    const message = `Graph "${graphId}" (${source.file}, export ${source.exportName}) cannot be loaded: ${problem}${place === undefined ? '' : ` (at ${place})`}`;
    super('graph_load_failed', message, { details: { graph_id: graphId }, cause });
    this.name = 'GraphLoadError';
  }
}

export const createGraphRegistry = (sources: Record<string, GraphSource>): GraphRegistry => {
  const loaded = new Map<string, Promise<GraphModule>>();
  const moduleOf = (graphId: string, source: GraphSource): Promise<GraphModule> => {
    const known = loaded.get(graphId);
    if (known) return known;
    const promise = importGraphModule(source);
    loaded.set(graphId, promise);
    promise.catch(() => loaded.delete(graphId));
    return promise;
  };
  const sourceOf = (graphId: string): GraphSource => sourceIn(sources, graphId);
  const preloadOne = async ([graphId, source]: [string, GraphSource]): Promise<
    [string, GraphLoadError][]
  > => {
    try {
      exportOf(await moduleOf(graphId, source), source);
      return [];
    } catch (error) {
      return [[graphId, new GraphLoadError(graphId, source, error)]];
    }
  };
  return {
    preload: async () => {
      await prepareImports(Object.values(sources).map(({ file }) => file));
      return Object.fromEntries((await Promise.all(Object.entries(sources).map(preloadOne))).flat());
    },
    ids: () => Object.keys(sources),
    has: (graphId) => Object.hasOwn(sources, graphId),
    describe: (graphId) => (Object.hasOwn(sources, graphId) ? sources[graphId]?.description : null) ?? null,
    module: async (graphId) => {
      const source = sourceOf(graphId);
      try {
        return await moduleOf(graphId, source);
      } catch (error) {
        throw new GraphLoadError(graphId, source, error);
      }
    },
    isFunction: async (graphId) => {
      const source = sourceOf(graphId);
      try {
        return typeof exportOf(await moduleOf(graphId, source), source) === 'function';
      } catch (error) {
        throw new GraphLoadError(graphId, source, error);
      }
    },
    load: async (graphId, config = {}) => {
      const source = sourceOf(graphId);
      try {
        return await compiled(exportOf(await moduleOf(graphId, source), source), config);
      } catch (error) {
        throw new GraphLoadError(graphId, source, error);
      }
    },
  };
};

const importGraphModule = async ({ file, generation }: GraphSource): Promise<GraphModule> => {
  const module = await importModule(moduleUrl(file, generation));
  const commonJs = module['default']; // a CommonJS module's exports are not always seen by name
  const exports = isRecord(commonJs) && !isGraph(commonJs) ? { ...commonJs, ...module } : module;
  const version = exports['stateVersion'];
  const stateVersion = typeof version === 'string' || typeof version === 'number' ? String(version) : null;
  return { file, exports, code: fingerprintOf(file, stateVersion) };
};

const exportOf = ({ exports }: GraphModule, { exportName }: GraphSource): unknown => {
  if (exportName in exports) return exports[exportName];
  throw new Error(`there is no export "${exportName}"`);
};

/** A compiled graph, from a graph, a builder or a function that makes either. */
const compiled = async (exported: unknown, config: Record<string, unknown>): Promise<Graph> => {
  const value = typeof exported === 'function' ? ((await exported(config)) as unknown) : await exported;
  if (isGraph(value)) return value;
  if (isRecord(value) && isGraph(value['graph'])) return value['graph']; // what LangChain's createAgent returns
  if (isRecord(value) && typeof value['compile'] === 'function') return (value['compile'] as () => Graph)();
  throw new Error(
    'the export is neither a compiled graph, nor a StateGraph, nor a function that returns one',
  );
};

/** By shape, not by class: the graph's project may have its own copy of LangGraph. */
const isGraph = (value: unknown): value is Graph =>
  typeof value === 'object' && value !== null && 'lg_is_pregel' in value && value.lg_is_pregel === true;

/** This graph for reading and updating state: its own checkpointer, without touching the one every other use shares. */
export const withCheckpointer = (graph: Graph, checkpointer: BaseCheckpointSaver): Graph =>
  Object.assign(Object.create(Object.getPrototypeOf(graph) as object) as Graph, graph, { checkpointer });
