import { stat } from 'node:fs/promises';
import { basename, dirname, resolve } from 'node:path';
import type { Plugin } from 'esbuild';
import { HoldpointError } from '../model/errors.ts';

/** What the page that shows a component gives to it, so that there is one React on it. */
const SHARED = [
  'react',
  'react-dom',
  'react/jsx-runtime',
  '@langchain/langgraph-sdk/react',
  '@langchain/langgraph-sdk/react-ui',
];

export interface UiSource {
  graphId: string;
  /** The module whose default export is the components by name. */
  file: string;
  /** More packages that the page gives. */
  shared: readonly string[];
}

/** The components of a graph, as the browser loads them. */
export interface UiBundle {
  /** By name: `entrypoint.js`, and `entrypoint.css` where there are styles. */
  files: Map<string, Uint8Array>;
  /** Whether the sources are what they were. */
  isFresh(): Promise<boolean>;
}

/** The name under which the bundle of a graph is found on the page. */
export const uiGlobal = (graphId: string): string => `__LGUI_${graphId.replace(/[^a-zA-Z0-9]/g, '_')}`;

/**
 * Bundles a graph's components for the browser. Nothing of them is executed here.
 * @throws {HoldpointError} `graph_load_failed` that says where the source is wrong.
 */
export const bundleUi = async ({ graphId, file, shared }: UiSource): Promise<UiBundle> => {
  const started = Date.now();
  const folder = dirname(file);
  const { build } = await import('esbuild'); // only who has components waits for it
  try {
    const { outputFiles, metafile } = await build({
      stdin: { contents: entrypoint(file), resolveDir: folder, loader: 'tsx', sourcefile: 'entrypoint.tsx' },
      absWorkingDir: folder,
      outfile: resolve(folder, 'entrypoint.js'),
      write: false,
      metafile: true,
      bundle: true,
      minify: true,
      platform: 'browser',
      format: 'iife',
      globalName: uiGlobal(graphId),
      target: 'es2020',
      jsx: 'automatic',
      define: { 'process.env.NODE_ENV': '"production"' },
      loader: { '.png': 'dataurl', '.svg': 'dataurl', '.woff2': 'dataurl' },
      logLevel: 'silent',
      plugins: [givenByThePage([...SHARED, ...shared])],
    });
    const sources = Object.keys(metafile.inputs)
      .filter((name) => !name.startsWith('given:') && name !== 'entrypoint.tsx')
      .map((name) => resolve(folder, name));
    return {
      files: new Map(outputFiles.map(({ path, contents }) => [basename(path), contents])),
      isFresh: async () =>
        (await Promise.all(sources.map((source) => isOlder(source, started)))).every(Boolean),
    };
  } catch (error) {
    throw new HoldpointError('graph_load_failed', `ui.${graphId}: ${problemOf(error)}`, {
      details: { graph_id: graphId },
      cause: error,
    });
  }
};

const isOlder = async (file: string, than: number): Promise<boolean> => {
  try {
    return (await stat(file)).mtimeMs < than;
  } catch {
    return false;
  }
};

/** Puts a component into the shadow root that the page made for it, and says so to LangGraph's React helper. */
const entrypoint = (file: string): string => `
import components from ${JSON.stringify(file)};
export const render = (name, shadowRootId) => {
  const place = document.createElement('div');
  document.getElementById(shadowRootId).shadowRoot.appendChild(place);
  window[Symbol.for('LGUI_EXT_STORE')].respond(shadowRootId, components[name], place);
};
`;

const givenByThePage = (names: string[]): Plugin => ({
  name: 'given by the page',
  setup: (bundler) => {
    bundler.onResolve({ filter: /^[^./]/ }, ({ path }) =>
      names.includes(path) ? { path, namespace: 'given' } : undefined,
    );
    bundler.onLoad({ filter: /.*/, namespace: 'given' }, ({ path }) => ({
      contents: `module.exports = globalThis[Symbol.for('LGUI_REQUIRE')](${JSON.stringify(path)});`,
    }));
  },
});

interface BuildProblem {
  errors: { text: string; location: { file: string; line: number } | null }[];
}

const problemOf = (error: unknown): string => {
  const [first] = (error as Partial<BuildProblem>).errors ?? [];
  if (!first) return error instanceof Error ? error.message : String(error);
  const { text, location } = first;
  return location ? `${text} (${location.file}:${location.line})` : text;
};
