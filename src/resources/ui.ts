import { bundleUi, uiGlobal, type UiBundle } from '../engine/ui-bundle.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Assistants } from './assistants.ts';

export interface UiComponents {
  /**
   * What a page needs to show a component of this graph, or assistant.
   * @throws {HoldpointError} `graph_not_found` where it has no components; `graph_load_failed`.
   */
  entry(agent: string): Promise<{ graphId: string; global: string; files: string[] }>;
  /** @throws {HoldpointError} `graph_not_found`, `route_not_found`, `graph_load_failed`. */
  file(graphId: string, name: string): Promise<Uint8Array>;
}

interface UiDeps {
  /** The file of each graph's components, by graph. */
  ui: Record<string, string>;
  shared: readonly string[];
  assistants: Pick<Assistants, 'find'>;
}

/** Components are bundled when they are first asked for, and again when their sources changed. */
export const createUiComponents = ({ ui, shared, assistants }: UiDeps): UiComponents => {
  const bundles = new Map<string, Promise<UiBundle>>();
  const fileOf = (graphId: string): string => {
    const file = Object.hasOwn(ui, graphId) ? ui[graphId] : undefined;
    if (file !== undefined) return file;
    throw new HoldpointError(
      'graph_not_found',
      `Graph "${graphId}" has no components: name their file under "ui".`,
      {
        details: { graphs: Object.keys(ui) },
      },
    );
  };
  const bundle = (graphId: string): Promise<UiBundle> => {
    const made = bundleUi({ graphId, file: fileOf(graphId), shared });
    bundles.set(graphId, made);
    made.catch(() => bundles.delete(graphId));
    return made;
  };
  const fresh = async (graphId: string): Promise<UiBundle> => {
    const known = await bundles.get(graphId);
    return known && (await known.isFresh()) ? known : bundle(graphId);
  };
  return {
    entry: async (agent) => {
      const graphId = Object.hasOwn(ui, agent) ? agent : (await assistants.find(agent)).graphId;
      const { files } = await fresh(graphId);
      return { graphId, global: uiGlobal(graphId), files: [...files.keys()] };
    },
    file: async (graphId, name) => {
      const { files } = await (bundles.get(graphId) ?? bundle(graphId));
      const content = files.get(name);
      if (content) return content;
      throw new HoldpointError('route_not_found', `The components of ${graphId} have no ${name}.`);
    },
  };
};
