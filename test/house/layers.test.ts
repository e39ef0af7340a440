import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { temporaryFolder } from '../support/server.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Which folders each folder of src may import. `types:` means only types; everything may import itself. */
const MAY_IMPORT: Record<string, string[]> = {
  model: [],
  config: ['model'],
  telemetry: ['model'],
  storage: ['model'],
  engine: ['storage', 'model', 'telemetry'],
  lifecycle: ['engine', 'storage', 'model', 'telemetry'],
  resources: ['engine', 'storage', 'model', 'telemetry'],
  worker: ['lifecycle', 'engine', 'model', 'telemetry', 'types:storage'],
  http: ['lifecycle', 'resources', 'model', 'telemetry', 'types:engine'],
  gates: ['types:model'],
  outbound: ['model', 'telemetry', 'types:storage'],
  client: ['types:model'],
  rehearsal: [],
};

/** What only some folders may import, and which. */
const PACKAGES: Record<string, string[]> = {
  koa: ['http'],
  ws: ['http'],
  'better-sqlite3': ['storage/embedded'],
  '@langchain/langgraph-checkpoint-sqlite': ['storage/embedded'],
  langchain: ['gates'],
  pg: ['storage/postgres'],
  'pg-connection-string': ['storage/postgres'],
  bullmq: ['storage/bullmq', 'storage/postgres', 'storage/redis'],
  ioredis: ['storage/redis'],
  kysely: ['storage/embedded', 'storage/ledger', 'storage/postgres'],
  pino: ['telemetry'],
  esbuild: ['engine'],
  tsx: ['engine'],
  typescript: ['engine'],
  'cron-parser': ['model'],
  'request-filtering-agent': ['outbound'],
  standardwebhooks: ['outbound'],
};

const FOLDERS = [
  ...Object.keys(MAY_IMPORT),
  'storage/bullmq',
  'storage/embedded',
  'storage/ledger',
  'storage/postgres',
  'storage/redis',
];

interface Diagnostic {
  code: string;
  filename: string;
  labels: { span: { line: number } }[];
}

/** Imports in the folder that the linter refuses. */
const diagnosticsIn = async (folder: string): Promise<Diagnostic[]> => {
  const oxlint = join(ROOT, 'node_modules/oxlint/bin/oxlint');
  const { stdout } = await promisify(execFile)(process.execPath, [oxlint, '--format=json'], {
    cwd: folder,
  }).catch((error: { stdout: string }) => error);
  const { diagnostics } = JSON.parse(stdout) as { diagnostics: Diagnostic[] };
  return diagnostics.filter(({ code }) => code === 'eslint(no-restricted-imports)');
};

/** Lints one file per folder, with an import on each line, and answers which lines were refused. */
const refused = async (imports: (folder: string) => string[]): Promise<Record<string, string[]>> => {
  const folder = temporaryFolder();
  cpSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
  for (const name of FOLDERS) {
    mkdirSync(join(folder, 'src', name), { recursive: true });
    writeFileSync(join(folder, 'src', name, 'probe.ts'), imports(name).join('\n'));
  }
  const found = await diagnosticsIn(folder);
  return Object.fromEntries(
    FOLDERS.map((name) => {
      const lines = found
        .filter(({ filename }) => filename === `src/${name}/probe.ts`)
        .flatMap(({ labels }) => labels.map(({ span }) => imports(name)[span.line - 1] ?? ''));
      return [name, [...new Set(lines)].toSorted()];
    }),
  );
};

const up = (folder: string): string => '../'.repeat(folder.split('/').length);
const topOf = (folder: string): string => folder.split('/')[0] ?? folder;

describe('the layer rules of the linter', () => {
  it('know every folder of src', () => {
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true }).filter((entry) =>
      entry.isDirectory(),
    );
    expect(folders.map(({ name }) => name).toSorted()).toEqual(
      [...Object.keys(MAY_IMPORT), 'cli', 'composition'].toSorted(),
    );
  });

  it('refuse every value a folder may not import from another, and nothing else', async () => {
    const others = (folder: string) => Object.keys(MAY_IMPORT).filter((name) => name !== topOf(folder));
    const line = (folder: string, other: string) => `import '${up(folder)}${other}/ports.ts';`;
    const expected = (folder: string) =>
      others(folder)
        .filter((other) => !MAY_IMPORT[topOf(folder)]?.includes(other))
        .map((other) => line(folder, other));

    const found = await refused((folder) => others(folder).map((other) => line(folder, other)));

    for (const folder of FOLDERS) expect(found[folder], folder).toEqual(expected(folder).toSorted());
  });

  it('refuse types too, but where only types are allowed', async () => {
    const others = (folder: string) => Object.keys(MAY_IMPORT).filter((name) => name !== topOf(folder));
    const line = (folder: string, other: string) =>
      `import type { ${other} } from '${up(folder)}${other}/ports.ts';`;
    const allowed = (folder: string, other: string) =>
      MAY_IMPORT[topOf(folder)]?.some((entry) => entry === other || entry === `types:${other}`);

    const found = await refused((folder) => others(folder).map((other) => line(folder, other)));

    for (const folder of FOLDERS) {
      const expected = others(folder).filter((other) => !allowed(folder, other));
      expect(found[folder], folder).toEqual(expected.map((other) => line(folder, other)).toSorted());
    }
  });

  it('keep each library in its place', async () => {
    const line = (name: string) => `import '${name}';`;
    const found = await refused(() => Object.keys(PACKAGES).map(line));

    for (const folder of FOLDERS) {
      const expected = Object.entries(PACKAGES).filter(([, folders]) => !folders.includes(folder));
      expect(found[folder], folder).toEqual(expected.map(([name]) => line(name)).toSorted());
    }
  });

  it('keep the console apart from the server', async () => {
    const folder = temporaryFolder();
    cpSync(join(ROOT, '.oxlintrc.json'), join(folder, '.oxlintrc.json'));
    mkdirSync(join(folder, 'console/src/app'), { recursive: true });
    const others = ['../../../src/model/run.ts', '../../../graphs/agent/graph.ts', 'node:fs', 'koa', 'zod'];
    const lines = ["import '../api/client.ts';", ...others.map((name) => `import '${name}';`)];
    writeFileSync(join(folder, 'console/src/app/probe.ts'), lines.join('\n'));

    const refusedLines = (await diagnosticsIn(folder)).flatMap(({ labels }) =>
      labels.map(({ span }) => span.line),
    );

    expect([...new Set(refusedLines)].toSorted((a, b) => a - b)).toEqual([2, 3, 4, 5, 6]);
  });

  it('let nobody import a composition root, and of storage only its ports', async () => {
    const roots = (folder: string) =>
      ['server', 'worker-node', 'worker-process', 'cli', 'index'].map(
        (name) => `import '${up(folder)}${name}.ts';`,
      );
    const inside = (folder: string) =>
      ['ledger/ledger', 'embedded/open', 'state-serializer', 'storable'].map(
        (name) => `import '${up(folder)}storage/${name}.ts';`,
      );

    const found = await refused((folder) => [...roots(folder), ...inside(folder)]);

    for (const folder of FOLDERS)
      expect(found[folder], folder).toEqual(expect.arrayContaining(roots(folder)));
    for (const folder of Object.keys(MAY_IMPORT).filter((name) => name !== 'storage')) {
      expect(found[folder], folder).toEqual(expect.arrayContaining(inside(folder)));
    }
  });
});
