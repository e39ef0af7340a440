import { readdirSync, readFileSync } from 'node:fs';
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

/** Files of TypeScript as modules that Node runs; what they import of packages stays so. */
const toJavaScript = (files: string[], outdir: string) =>
  build({
    entryPoints: files,
    entryNames: '[name]',
    outdir,
    outExtension: { '.js': '.mjs' },
    bundle: true,
    packages: 'external',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    logLevel: 'error',
  });

const buildGraphs = async (folder: (typeof FOLDERS)[number]): Promise<void> => {
  const from = join(TESTS, folder, 'graphs');
  const to = join(TESTS, 'built', folder);
  const { graphs } = JSON.parse(readFileSync(join(from, 'langgraph.json'), 'utf8')) as LanggraphJson;
  const files = new Set(Object.values(graphs).map((graph) => graph.replace(NAMED, '$1.ts')));
  await toJavaScript(
    [...files].map((file) => join(from, file)),
    to,
  );
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

/** The scripts of a folder of `examples/` as JavaScript: by "tsx" each takes three times the processor time. */
export const builtExample = (file: string): string =>
  join(TESTS, 'built/examples', file.replace(/\.ts$/, '.mjs'));

const buildExamples = (folder: string) => {
  const from = join(TESTS, '../examples', folder);
  const files = readdirSync(from).filter((name) => name.endsWith('.ts'));
  return toJavaScript(
    files.map((name) => join(from, name)),
    join(TESTS, 'built/examples', folder),
  );
};

/** Before the first test with processes. */
export const setup = async (): Promise<void> => {
  await Promise.all([...FOLDERS.map(buildGraphs), ...['client', 'sdk'].map(buildExamples)]);
};
