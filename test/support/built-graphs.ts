import { readFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const TESTS = fileURLToPath(new URL('..', import.meta.url));

/** Folders of tests whose servers start often, and are not about TypeScript: compiling it takes a sixth of a start. */
const FOLDERS = ['control', 'crash', 'pause', 'scale', 'triggers', 'worker'] as const;

/** The langgraph.json of the graphs of a folder of tests, as JavaScript. */
export const builtGraphs = (folder: (typeof FOLDERS)[number]): string =>
  join(TESTS, 'built', folder, 'langgraph.json');

interface LanggraphJson {
  graphs: Record<string, string>;
}

const NAMED = /^(.+)\.ts(:.+)$/;

const buildGraphs = async (folder: (typeof FOLDERS)[number]): Promise<void> => {
  const from = join(TESTS, folder, 'graphs');
  const to = join(TESTS, 'built', folder);
  const { graphs } = JSON.parse(readFileSync(join(from, 'langgraph.json'), 'utf8')) as LanggraphJson;
  const files = new Set(Object.values(graphs).map((graph) => graph.replace(NAMED, '$1.ts')));
  await build({
    entryPoints: [...files].map((file) => join(from, file)),
    entryNames: '[name]',
    outdir: to,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });
  const built = Object.entries(graphs).map(([id, graph]) => [
    id,
    `./${basename(graph.replace(NAMED, '$1.mjs$2'))}`,
  ]);
  await mkdir(to, { recursive: true });
  await writeFile(
    join(to, 'langgraph.json'),
    JSON.stringify({ graphs: Object.fromEntries(built) as object }),
  );
};

/** Before the first test with processes. */
export const setup = async (): Promise<void> => {
  await Promise.all(FOLDERS.map(buildGraphs));
};
