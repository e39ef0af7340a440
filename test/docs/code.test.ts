import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { Agent, Session } from '../../src/client/index.ts';
import type { A2aDeps } from '../../src/http/a2a/deps.ts';
import type { McpDeps } from '../../src/http/mcp/deps.ts';
import type { ThreadStreams } from '../../src/http/protocol/deps.ts';
import type { ControlDeps } from '../../src/http/control/deps.ts';
import { openApiDocument } from '../../src/http/document.ts';
import type { PlatformDeps } from '../../src/http/platform/deps.ts';
import { allRoutes } from '../../src/http/routes.ts';
import { readText, ROOT } from '../house/files.ts';

/** The declared endpoints; no handler is called. */
const routes = allRoutes({
  platform: {} as PlatformDeps,
  control: {} as ControlDeps,
  streams: {} as ThreadStreams,
  agents: {} as A2aDeps & McpDeps,
  dependencies: () => Promise.resolve({ database: 'ok' as const, workers: 0 }),
  metrics: { text: () => Promise.resolve(''), json: () => Promise.resolve([]) },
  version: '',
});

interface Operation {
  operationId: string;
  parameters: { name: string; schema: object }[];
}

const paths = Object.entries(
  openApiDocument(routes, '')['paths'] as Record<string, Record<string, Operation>>,
);
const operations = paths.flatMap(([, methods]) => Object.values(methods));

const section = (page: string, heading: string): string =>
  readText(page)
    .split(/^## /m)
    .find((part) => part.startsWith(heading)) ?? '';

/** The literals of a union type, from its source. */
const union = (file: string, type: string): string[] => {
  const [declared = ''] = new RegExp(`export type ${type} =[^;]*;`).exec(readText(file)) ?? [];
  return [...declared.matchAll(/'([^']+)'/g)].map(([, member = '']) => member);
};

describe('the documentation', () => {
  it('of the API has every endpoint that is served', () => {
    const page = readText('docs/http-api.md');
    const missing = paths.flatMap(([path, methods]) =>
      Object.keys(methods)
        .map((method) => `${method.toUpperCase()} ${path}`)
        .filter((endpoint) => !page.includes(`### \`${endpoint}\``)),
    );
    expect(missing).toEqual([]);
  });

  it('of the API names each operation, and no two alike', () => {
    const ids = operations.map(({ operationId }) => operationId);
    expect(ids.filter((id) => !/^[a-z][a-zA-Z\d]+$/.test(id))).toEqual([]);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
    expect(ids).toEqual(
      expect.arrayContaining([
        'createThreadRun',
        'getThreadPause',
        'pauseThread',
        'searchThreads',
        'getApprovals',
      ]),
    );
  });

  it('of the API has examples that are taken', () => {
    const given = routes.filter(({ example }) => example !== undefined);
    expect(given.length).toBeGreaterThan(20);
    expect(given.filter(({ body, example }) => !body?.safeParse(example).success)).toEqual([]);
  });

  it('of the API says what of a page is an integer, within which bounds, and what holds without', () => {
    const limits = operations.flatMap(({ parameters }) => parameters).filter(({ name }) => name === 'limit');
    expect(limits.length).toBeGreaterThan(5);
    for (const { schema } of limits)
      expect(schema).toMatchObject({ type: 'integer', minimum: 1, maximum: 1000, default: 10 });
  });

  it('of the API says of each body what it takes', () => {
    const page = readText('docs/http-api.md');
    const silent = routes
      .filter(({ body }) => body !== undefined)
      .map(({ method, path }) => `### \`${method.toUpperCase()} ${path.replace(/:(\w+)/g, '{$1}')}\``)
      .filter(
        (heading) => !/\| body |\nTakes /.test(page.split(`${heading}\n`)[1]?.split('\n### ')[0] ?? ''),
      );
    expect(silent).toEqual([]);
  });

  it('of the wire calls nothing unserved that is served', () => {
    const served = paths.flatMap(([path, methods]) => [
      path,
      ...Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    ]);
    const unserved = [...section('docs/compatibility.md', 'Not served yet').matchAll(/`([A-Z]* ?\/[^`]*)`/g)];
    expect(unserved.length).toBeGreaterThan(0);
    expect(
      unserved.map(([, endpoint = '']) => endpoint).filter((endpoint) => served.includes(endpoint)),
    ).toEqual([]);
  });

  it('of the architecture has every folder of src and every crash point', () => {
    const page = readText('docs/architecture.md');
    const folders = readdirSync(join(ROOT, 'src'), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => `src/${name}/`);
    const points = [
      ...union('src/lifecycle/deps.ts', 'CrashPoint'),
      ...union('src/engine/effect-book.ts', 'EffectPoint'),
      ...union('src/storage/embedded/checkpoint-tables.ts', 'CheckpointPoint'),
    ];
    expect(points.length).toBeGreaterThan(10);
    expect([...folders, ...points].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it('of the metrics has each one', () => {
    const names = [...readText('src/telemetry/metrics.ts').matchAll(/name: '(holdpoint_\w+)'/g)];
    expect(names.length).toBeGreaterThan(3);
    const page = readText('docs/operations.md');
    expect(names.map(([, name = '']) => name).filter((name) => !page.includes(name))).toEqual([]);
  });

  it('of the client has each call, and an example that is run', () => {
    const page = readText('docs/client.md');
    const calls = [Agent.prototype, Session.prototype].flatMap((type) => Object.getOwnPropertyNames(type));
    expect(calls.filter((name) => name !== 'constructor' && !page.includes(`\`${name}(`))).toEqual([]);
    const [, example = 'none'] = /```ts\n([\s\S]*?)```/.exec(page) ?? [];
    expect(readText('examples/client/approve.ts')).toContain(example);
  });

  it('of the changes has an Unreleased section that says something', () => {
    expect(section('CHANGELOG.md', '[Unreleased]')).toMatch(/^- \w/m);
  });
});
