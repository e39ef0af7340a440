import { writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { useLatch } from '../wire/latch.ts';
import { startPauseServer, type Check, type PauseServer, type RunRef } from './pause-server.ts';

/** A graph of two steps, the first of which calls out; what it exports besides is the test's. */
const graph = (more = ''): string => `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({
  url: Annotation(), next: Annotation(), name: Annotation(), title: Annotation(), notes: Annotation(),
});
export const graph = new StateGraph(State)
  .addNode('first', async ({ url }) => {
    await (await fetch(url, { method: 'POST', body: '{}' })).text();
    return { name: 'Ada' };
  })
  .addNode('second', async ({ name, title, next }) => {
    if (next) await (await fetch(next, { method: 'POST', body: '{}' })).text();
    return { title: title ?? 'no title for ' + name };
  })
  .addEdge(START, 'first').addEdge('first', 'second').addEdge('second', END).compile();
${more}`;

const V1 = graph('export const stateVersion = 1;');
const V2 = `export const stateVersion = 2;
export const migrations = [{ from: '1', to: '2', migrate: ({ name }) => ({ title: 'Countess ' + name }) }];
`;

/** A graph for each thing that changes, so that one deployment changes all. */
const GRAPHS = {
  plain: graph(),
  code: graph(),
  migrating: V1,
  broken: V1,
  'stopped-code': graph(),
  'stopped-migrating': V1,
};
type Name = keyof typeof GRAPHS;

const files = (of: Partial<Record<Name, string>>): [string, string][] =>
  Object.entries(of).map(([name, code]) => [`${name}.mjs`, code]);

const config = userProject(
  { graphs: Object.fromEntries(Object.keys(GRAPHS).map((name) => [name, `./${name}.mjs:graph`])) },
  Object.fromEntries(files(GRAPHS)),
);
const latch = useLatch();

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer({ config });
});
afterAll(() => server.kill('SIGTERM'));

const paused = async (name: string, assistant = name): Promise<RunRef> => {
  const run = await server.launch(assistant, { url: latch.url(name) });
  await latch.reached(name);
  await server.pause(run);
  latch.open(name);
  expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
  return run;
};

/** In its second step, its first being stored. */
const inSecond = async (name: string, assistant: string): Promise<RunRef> => {
  latch.open('at once');
  const run = await server.launch(assistant, { url: latch.url('at once'), next: latch.url(name) });
  await latch.reached(name);
  return run;
};

/** Another code of these graphs, and a server that has read it. */
const deploy = async (code: Partial<Record<Name, string>>): Promise<void> => {
  for (const [file, text] of files(code)) writeFileSync(join(dirname(config), file), text);
  await server.kill('SIGTERM');
  server = await startPauseServer({ config, dataDir: server.dataDir });
};

const failed = ({ body }: { body: { metadata?: { checks: Check[] } } }): Check[] =>
  (body.metadata?.checks ?? []).filter(({ status }) => status === 'failed');

const valuesOf = async (run: RunRef): Promise<unknown> =>
  (await server.client.threads.getState(run.threadId)).values;

const resumeLine = async (run: RunRef) =>
  (await server.log(run)).findLast(({ kind }) => kind === 'resume')?.detail;

describe('a resume after something changed', () => {
  const runs = {} as Record<'code' | 'migrating' | 'broken', RunRef>;
  beforeAll(async () => {
    for (const name of ['code', 'migrating', 'broken'] as const) runs[name] = await paused(name);
    await deploy({
      code: graph('// another line'),
      migrating: graph(
        `${V2}export const onResume = ({ data, additionalContext }) => ({ notes: [data, additionalContext] });`,
      ),
      broken: graph(V2.replace(/migrate: .* }\]/, `migrate: () => { throw new Error('no such field'); } }]`)),
    });
  });

  it('is refused when the code did, names the file, and is let through when that is accepted', async () => {
    const run = runs.code;
    const refused = await server.resume(run, { data: { kept: true } });
    expect(refused.status).toBe(412);
    expect(failed(refused)).toMatchObject([{ name: 'code_fingerprint', changes: ['code.mjs changed'] }]);
    expect(await server.current(run)).toMatchObject({ state: 'paused' });
    expect((await server.resume(run, { on_drift: 'accept' })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect(await resumeLine(run)).toMatchObject({
      on_drift: 'accept',
      adjusted: [{ name: 'code_fingerprint', status: 'accepted' }],
    });
  });

  it('is let through by a migration that the graph registers, which brings the state up to date', async () => {
    const run = runs.migrating;
    const resumed = await server.resume(run, { data: { n: 1 }, additional_context: 'go' });
    expect(resumed.body.preflight.find(({ name }) => name === 'code_fingerprint')).toMatchObject({
      status: 'migrated',
    });
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect(await valuesOf(run)).toMatchObject({ title: 'Countess Ada', notes: [{ n: 1 }, 'go'] });
  });

  it('is refused when a migration fails, and says how', async () => {
    const run = runs.broken;
    const [check] = failed(await server.resume(run));
    expect(check).toMatchObject({ name: 'code_fingerprint' });
    expect(check?.detail).toContain('no such field');
    expect((await server.resume(run, { force: true })).status).toBe(202);
    expect(await resumeLine(run)).toMatchObject({ force: true, adjusted: [{ status: 'forced' }] });
  });

  it('is refused when the configuration did, with a difference field by field', async () => {
    const { assistant_id: id } = await server.client.assistants.create({
      graphId: 'plain',
      config: { configurable: { model: 'small', depth: 2 } },
    });
    const run = await paused('config', id);
    await server.client.assistants.update(id, { config: { configurable: { model: 'large', depth: 2 } } });
    const refused = await server.resume(run);
    expect(failed(refused)).toMatchObject([
      {
        name: 'config_drift',
        diff: [
          { field: 'config.configurable.model', paused: 'small', now: 'large' },
          { field: 'assistant_version', paused: 1, now: 2 },
        ],
      },
    ]);
    expect((await server.resume(run, { on_drift: 'accept' })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
  });
});

describe('a resume after an emergency stop', () => {
  const codeCheck = (checks: Check[] = []) => checks.find(({ name }) => name === 'code_fingerprint');
  const runs = {} as Record<'code' | 'migrating' | 'edited' | 'configured' | 'paused', RunRef>;
  const assistants: string[] = [];
  beforeAll(async () => {
    for (let i = 0; i < 2; i++) {
      const settings = { graphId: 'plain', config: { configurable: { model: 'small' } } };
      assistants.push((await server.client.assistants.create(settings)).assistant_id);
    }
    const [ofRunning = '', ofPaused = ''] = assistants;
    runs.paused = await paused('then stopped', ofPaused);
    runs.code = await inSecond('stopped: code', 'stopped-code');
    runs.migrating = await inSecond('stopped: one', 'stopped-migrating');
    runs.edited = await inSecond('stopped: two', 'stopped-migrating');
    runs.configured = await inSecond('stopped: config', ofRunning);
    await server.stopAll();
    ['stopped: code', 'stopped: one', 'stopped: two', 'stopped: config'].forEach(latch.open);
    await deploy({
      'stopped-code': graph('// a fix').replaceAll(`'second'`, `'other'`),
      'stopped-migrating': graph(V2),
    });
  });

  it('is let through by a migration, which brings up to date what the run had stored, also beneath an edit', async () => {
    const { migrating, edited } = runs;
    const edit = { values: { name: 'Augusta' }, asNode: 'first' };
    await server.client.threads.updateState(edited.threadId, edit);
    for (const each of [migrating, edited]) {
      const resumed = await server.resume(each);
      expect(codeCheck(resumed.body.preflight)).toMatchObject({ status: 'migrated' });
      expect(await server.atRest(each)).toMatchObject({ state: 'success' });
    }
    expect(await valuesOf(migrating)).toMatchObject({ title: 'Countess Ada' });
    expect(await valuesOf(edited)).toMatchObject({ title: 'Countess Augusta' });
  });

  it('is refused when the configuration changed, also of what was paused before', async () => {
    for (const id of assistants)
      await server.client.assistants.update(id, { config: { configurable: { model: 'large' } } });
    for (const run of [runs.configured, runs.paused]) {
      const [drift, ...others] = failed(await server.resume(run));
      expect(others).toEqual([]);
      expect(drift).toMatchObject({
        name: 'config_drift',
        diff: [
          { field: 'config.configurable.model', paused: 'small', now: 'large' },
          { field: 'assistant_version', paused: 1, now: 2 },
        ],
      });
    }
  });

  it('is refused when the code is not that of the last step that was stored, unless that is accepted', async () => {
    const run = runs.code;
    const refused = await server.resume(run);
    expect(refused.status).toBe(412);
    expect(failed(refused)).toMatchObject([
      { name: 'code_fingerprint', paused: expect.any(String) as string, now: expect.any(String) as string },
      { name: 'next_nodes', nodes: ['second'] },
    ]);
    await deploy({ 'stopped-code': graph('// a fix') });
    expect(failed(await server.resume(run))).toMatchObject([{ name: 'code_fingerprint' }]);
    expect((await server.resume(run, { on_drift: 'accept' })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
  });
});
