import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { filesIn, readText, ROOT } from './files.ts';

/** What a newcomer looks for at the top. */
const EXPECTED = [
  'package.json',
  'package-lock.json',
  'tsconfig.json',
  'langgraph.json',
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  'LICENSE',
  '.ci/run',
  '.oxlintrc.json',
  '.prettierrc.json',
  'docs/architecture.md',
  'docs/cli.md',
  'docs/operations.md',
  'docs/compatibility.md',
  'docs/http-api.md',
  'docs/errors.md',
  'docs/run-states.md',
  'docs/settings.md',
  'docs/decisions',
  'src/model/run-state.ts',
  'src/model/wire-status.ts',
  'src/model/errors.ts',
  'src/storage/ports.ts',
  'src/storage/ledger/migrations',
  'src/storage/embedded/open.ts',
  'src/storage/embedded/run-queue.ts',
  'src/storage/embedded/event-log.ts',
  'src/storage/embedded/signal-bus.ts',
  'src/storage/embedded/checkpointer.ts',
  'src/engine/graph-registry.ts',
  'src/engine/executor.ts',
  'src/engine/outcome.ts',
  'src/worker/worker.ts',
  'src/worker/pool.ts',
  'src/http/app.ts',
  'src/http/route.ts',
  'src/http/error-map.ts',
  'src/http/sse.ts',
  'src/http/platform',
  'src/gates/index.ts',
  'src/client/index.ts',
  'src/server.ts',
  'src/cli.ts',
  'src/index.ts',
  'console/index.html',
  'console/src/main.tsx',
];

const SOURCES = ['src', 'console', 'graphs', 'test', 'scripts', 'docs', 'bench', 'examples', '.ci'];

describe('the tree', () => {
  it('has what a newcomer looks for', () => {
    expect(EXPECTED.filter((name) => !existsSync(join(ROOT, name)))).toEqual([]);
  });

  it('gives each shipped graph a README', () => {
    const graphs = new Set(filesIn('graphs').map((file) => file.split('/').slice(0, 2).join('/')));
    expect([...graphs].filter((graph) => !existsSync(join(ROOT, graph, 'README.md')))).toEqual([]);
  });

  it('refers to nothing outside of the repository', () => {
    const outside = new RegExp(['\\.\\./sha', 'red\\b|(^|[\\s\'"`(=])/(work|home|Users)/'].join(''), 'm');
    const top = filesIn('.', { deep: false }).filter((file) => /\.(md|json|ts)$/.test(file));
    const files = [...top, ...SOURCES.flatMap((folder) => filesIn(folder))];
    expect(files.filter((file) => outside.test(readText(file)))).toEqual([]);
  });

  it('locks packages without naming the registry they came from', () => {
    const lock = JSON.parse(readText('package-lock.json')) as {
      packages: Record<string, { resolved?: string }>;
    };
    const named = Object.entries(lock.packages).filter(([, { resolved }]) => /^https?:/.test(resolved ?? ''));
    expect(named.map(([name]) => name)).toEqual([]);
  });

  it('pins every dependency to one version', () => {
    const { dependencies, devDependencies } = JSON.parse(readText('package.json')) as Record<
      'dependencies' | 'devDependencies',
      Record<string, string>
    >;
    const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
      ([, version]) => !/^(npm:[@a-z/-]+@)?\d+\.\d+\.\d+/.test(version),
    );
    expect(loose).toEqual([]);
  });

  it('has a CI script that can be run', () => {
    const script = join(ROOT, '.ci/run');
    expect(statSync(script).mode & 0o111).not.toBe(0);
    expect(readFileSync(script, 'utf8')).toMatch(/^#!.*bash\n[\s\S]*^set -euo pipefail$/m);
  });
});
