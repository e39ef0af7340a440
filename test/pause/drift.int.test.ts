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

const config = userProject({ graphs: { g: './graph.mjs:graph' } }, { 'graph.mjs': graph() });
const latch = useLatch();

let server: PauseServer;
beforeAll(async () => {
  server = await startPauseServer({ config });
});
afterAll(() => server.kill('SIGTERM'));

const paused = async (name: string, assistant = 'g'): Promise<RunRef> => {
  const run = await server.launch(assistant, { url: latch.url(name) });
  await latch.reached(name);
  await server.pause(run);
  latch.open(name);
  expect(await server.atRest(run)).toMatchObject({ state: 'paused' });
  return run;
};

/** In its second step, its first being stored. */
const inSecond = async (name: string, assistant = 'g'): Promise<RunRef> => {
  latch.open('at once');
  const run = await server.launch(assistant, { url: latch.url('at once'), next: latch.url(name) });
  await latch.reached(name);
  return run;
};

/** Another code of the graph, and a server that has read it. */
const deploy = async (code: string): Promise<void> => {
  writeFileSync(join(dirname(config), 'graph.mjs'), code);
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
  it('is refused when the code did, names the file, and is let through when that is accepted', async () => {
    const run = await paused('code');
    await deploy(graph('// another line'));
    const refused = await server.resume(run, { data: { kept: true } });
    expect(refused.status).toBe(412);
    expect(failed(refused)).toMatchObject([{ name: 'code_fingerprint', changes: ['graph.mjs changed'] }]);
    expect(await server.current(run)).toMatchObject({ state: 'paused' });
    expect((await server.resume(run, { on_drift: 'accept' })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect(await resumeLine(run)).toMatchObject({
      on_drift: 'accept',
      adjusted: [{ name: 'code_fingerprint', status: 'accepted' }],
    });
  });

  it('is let through by a migration that the graph registers, which brings the state up to date', async () => {
    await deploy(graph('export const stateVersion = 1;'));
    const run = await paused('migration');
    await deploy(
      graph(`export const stateVersion = 2;
export const migrations = [{ from: '1', to: '2', migrate: ({ name }) => ({ title: 'Countess ' + name }) }];
export const onResume = ({ data, additionalContext }) => ({ notes: [data, additionalContext] });`),
    );
    const resumed = await server.resume(run, { data: { n: 1 }, additional_context: 'go' });
    expect(resumed.body.preflight.find(({ name }) => name === 'code_fingerprint')).toMatchObject({
      status: 'migrated',
    });
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    expect(await valuesOf(run)).toMatchObject({ title: 'Countess Ada', notes: [{ n: 1 }, 'go'] });
  });

  it('is refused when a migration fails, and says how', async () => {
    await deploy(graph('export const stateVersion = 1;'));
    const run = await paused('broken');
    await deploy(
      graph(`export const stateVersion = 2;
export const migrations = [{ from: '1', to: '2', migrate: () => { throw new Error('no such field'); } }];`),
    );
    const [check] = failed(await server.resume(run));
    expect(check).toMatchObject({ name: 'code_fingerprint' });
    expect(check?.detail).toContain('no such field');
    expect((await server.resume(run, { force: true })).status).toBe(202);
    expect(await resumeLine(run)).toMatchObject({ force: true, adjusted: [{ status: 'forced' }] });
  });

  it('is refused when the configuration did, with a difference field by field', async () => {
    const { assistant_id: id } = await server.client.assistants.create({
      graphId: 'g',
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
  });
});

describe('a resume after an emergency stop', () => {
  const codeCheck = (checks: Check[] = []) => checks.find(({ name }) => name === 'code_fingerprint');

  it('is refused when the code is not that of the last step that was stored, unless that is accepted', async () => {
    await deploy(graph());
    const run = await inSecond('stopped: code');
    await server.stopAll();
    latch.open('stopped: code');
    await deploy(graph('// a fix').replaceAll(`'second'`, `'other'`));
    const refused = await server.resume(run);
    expect(refused.status).toBe(412);
    expect(failed(refused)).toMatchObject([
      { name: 'code_fingerprint', paused: expect.any(String) as string, now: expect.any(String) as string },
      { name: 'next_nodes', nodes: ['second'] },
    ]);
    await deploy(graph('// a fix'));
    expect(failed(await server.resume(run))).toMatchObject([{ name: 'code_fingerprint' }]);
    expect((await server.resume(run, { on_drift: 'accept' })).status).toBe(202);
    expect(await server.atRest(run)).toMatchObject({ state: 'success' });
  });

  it('is let through by a migration, which brings up to date what the run had stored, also beneath an edit', async () => {
    await deploy(graph('export const stateVersion = 1;'));
    const [run, edited] = [await inSecond('stopped: one'), await inSecond('stopped: two')];
    await server.stopAll();
    ['stopped: one', 'stopped: two'].forEach(latch.open);
    await deploy(
      graph(`export const stateVersion = 2;
export const migrations = [{ from: '1', to: '2', migrate: ({ name }) => ({ title: 'Countess ' + name }) }];`),
    );
    await server.client.threads.updateState(edited.threadId, {
      values: { name: 'Augusta' },
      asNode: 'first',
    });
    for (const each of [run, edited]) {
      const resumed = await server.resume(each);
      expect(codeCheck(resumed.body.preflight)).toMatchObject({ status: 'migrated' });
      expect(await server.atRest(each)).toMatchObject({ state: 'success' });
    }
    expect(await valuesOf(run)).toMatchObject({ title: 'Countess Ada' });
    expect(await valuesOf(edited)).toMatchObject({ title: 'Countess Augusta' });
  });

  it('is refused when the configuration changed, also of what was paused before', async () => {
    const created = () =>
      server.client.assistants.create({ graphId: 'g', config: { configurable: { model: 'small' } } });
    const assistants = [await created(), await created()].map(({ assistant_id: id }) => id);
    const [ofRunning = '', ofPaused = ''] = assistants;
    const runs = [await inSecond('stopped: config', ofRunning), await paused('then stopped', ofPaused)];
    await server.stopAll();
    for (const id of assistants)
      await server.client.assistants.update(id, { config: { configurable: { model: 'large' } } });
    for (const run of runs) {
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
});
