import {
  createGraphRegistry,
  type GraphLoadError,
  type GraphRegistry,
  type GraphSource,
} from './graph-registry.ts';

/** What came of reading the graphs anew. */
export interface Reloaded {
  /** False: a graph that could be loaded before cannot be now, so everything stays as it was. */
  taken: boolean;
  /** What cannot be loaded, by graph. */
  failed: Record<string, GraphLoadError>;
}

export interface ReloadableRegistry extends GraphRegistry {
  /** Where the graphs are now. */
  sources(): Record<string, GraphSource>;
  /** Imports every graph anew, with everything of its project that it imports. */
  reload(sources: Record<string, GraphSource>): Promise<Reloaded>;
}

export const createReloadableRegistry = (first: Record<string, GraphSource>): ReloadableRegistry => {
  let sources = first;
  let current = createGraphRegistry(first);
  let generation = 0;
  return {
    sources: () => sources,
    ids: () => current.ids(),
    has: (graphId) => current.has(graphId),
    describe: (graphId) => current.describe(graphId),
    module: (graphId) => current.module(graphId),
    load: (graphId, config) => current.load(graphId, config),
    isFunction: (graphId) => current.isFunction(graphId),
    preload: () => current.preload(),
    reload: async (next) => {
      generation++;
      const anew = createGraphRegistry(
        Object.fromEntries(Object.entries(next).map(([id, source]) => [id, { ...source, generation }])),
      );
      const failed = await anew.preload();
      const before = await current.preload();
      const taken = Object.keys(failed).every((id) => !current.has(id) || id in before);
      if (taken) [current, sources] = [anew, next];
      return { taken, failed };
    },
  };
};
