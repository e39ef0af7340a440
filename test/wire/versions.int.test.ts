import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

describe('assistants of one’s own', () => {
  const server = useServer();
  const latch = useLatch();
  const create = (of: object = {}) => server.client.assistants.create({ graphId: 'echo', ...of });

  describe('POST /assistants', () => {
    it('makes one of a graph, with configuration, and fills in what is not said', async () => {
      const made = await create({
        config: { configurable: { colour: 'red' }, tags: ['t'] },
        context: { who: 'ada' },
        metadata: { team: 'x' },
        description: 'Echoes',
      });
      expect(made).toMatchObject({
        graph_id: 'echo',
        name: 'Untitled',
        description: 'Echoes',
        config: { configurable: { colour: 'red' }, tags: ['t'] },
        context: { who: 'ada' },
        metadata: { team: 'x' },
        version: 1,
      });
      expect(await server.client.assistants.get(made.assistant_id)).toEqual(made);
    });

    it('refuses an id that is taken, or answers what is there when told to', async () => {
      const { assistant_id: assistantId } = await create({ name: 'first' });
      expect(await refusalOf(create({ assistantId }))).toMatchObject({ status: 409, code: 'already_exists' });
      expect(await create({ assistantId, name: 'second', ifExists: 'do_nothing' })).toMatchObject({
        name: 'first',
      });
    });

    it('refuses a graph that is not there', async () => {
      expect(await refusalOf(create({ graphId: 'nobody' }))).toMatchObject({
        status: 404,
        code: 'graph_not_found',
      });
    });
  });

  it('gives its configuration to the run, under what the run itself says (POST /assistants)', async () => {
    const made = await create({
      config: {
        configurable: { a: 'assistant', b: 'assistant', c: 'assistant' },
        metadata: { m: 'assistant' },
      },
      context: { a: 'assistant', b: 'assistant' },
    });
    const { thread_id: id } = await server.client.threads.create();
    const run = (configurable: object, context?: object) =>
      server.client.runs.wait(id, made.assistant_id, {
        input: {},
        config: { configurable: { ...configurable } },
        ...(context && { context }),
      }) as Promise<{ seen: { configurable: object; context: object; metadata: object } }>;
    const first = await run({ b: 'thread', c: 'thread' }, { b: 'run' });
    expect(first.seen.configurable).toMatchObject({ a: 'assistant', b: 'thread', c: 'thread' });
    expect(first.seen.context).toEqual({ a: 'assistant', b: 'run' });
    expect(first.seen.metadata).toMatchObject({ m: 'assistant' });
    const second = await run({ c: 'run' });
    expect(second.seen.configurable).toMatchObject({ a: 'assistant', b: 'thread', c: 'run' });
    expect((await server.client.threads.get(id)).config).toEqual({
      configurable: { b: 'thread', c: 'run' },
    });
  });

  describe('PATCH /assistants/{id}', () => {
    it('makes a new version: metadata is merged, what else is given replaced', async () => {
      const { assistant_id: id } = await create({ metadata: { a: 1 }, config: { configurable: { x: 1 } } });
      const patched = await server.client.assistants.update(id, {
        metadata: { b: 2 },
        config: { configurable: { y: 2 } },
        name: 'Named',
      });
      expect(patched).toMatchObject({
        version: 2,
        name: 'Named',
        metadata: { a: 1, b: 2 },
        config: { configurable: { y: 2 } },
      });
      expect(patched.config.configurable).not.toHaveProperty('x');
      expect(await server.client.assistants.get(id)).toEqual(patched);
    });

    it('several at the same time make a version each', async () => {
      const { assistant_id: id } = await create();
      const names = Array.from({ length: 8 }, (_, i) => `n${i}`);
      const made = await Promise.all(names.map((name) => server.client.assistants.update(id, { name })));
      expect(made.map(({ version }) => version).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
    });

    it('keeps the own assistant of a graph with it', async () => {
      const path = '/assistants/echo';
      expect(refusal(await server.send('PATCH', path, { graph_id: 'steps' }))).toMatchObject({
        status: 422,
        field: 'graph_id',
      });
      expect((await server.send('PATCH', path, { metadata: { note: 'kept' } })).json).toMatchObject({
        version: 2,
        graph_id: 'echo',
        metadata: { created_by: 'system', note: 'kept' },
      });
    });
  });

  describe('POST /assistants/{id}/versions and POST /assistants/{id}/latest', () => {
    it('lists versions newest first, in pages and by metadata', async () => {
      const { assistant_id: id } = await create({ metadata: { v: 1 } });
      for (const v of [2, 3]) await server.client.assistants.update(id, { metadata: { v } });
      const listed = async (query: object = {}) =>
        (await server.client.assistants.getVersions(id, query)).map(({ version }) => version);
      expect(await listed()).toEqual([3, 2, 1]);
      expect(await listed({ limit: 1, offset: 1 })).toEqual([2]);
      expect(await listed({ metadata: { v: 1 } })).toEqual([1]);
    });

    it('goes back to an older version, and numbers the next after the highest', async () => {
      const { assistant_id: id, created_at } = await create({ name: 'one' });
      await server.client.assistants.update(id, { name: 'two' });
      expect(await server.client.assistants.setLatest(id, 1)).toMatchObject({
        version: 1,
        name: 'one',
        created_at,
      });
      expect(await server.client.assistants.get(id)).toMatchObject({ version: 1, name: 'one' });
      const byQuery = await server.send('POST', `/assistants/${id}/latest?version=2`);
      expect(byQuery.json).toMatchObject({ version: 2, name: 'two' });
      await server.client.assistants.setLatest(id, 1);
      expect(await server.client.assistants.update(id, {})).toMatchObject({ version: 3, name: 'one' });
      expect(await refusalOf(server.client.assistants.setLatest(id, 9))).toMatchObject({ status: 404 });
      expect(refusal(await server.send('POST', `/assistants/${id}/latest`))).toMatchObject({ status: 422 });
    });
  });

  describe('POST /assistants/search and POST /assistants/count', () => {
    it('find by graph, part of the name and metadata; sorted, paged and selected', async () => {
      const suite = randomUUID();
      for (const name of ['Beta', 'alpha', 'Gamma']) await create({ name, metadata: { suite } });
      await create({ name: 'other' });
      const { client } = server;
      const search = async (query: object) =>
        (await client.assistants.search({ metadata: { suite }, ...query })).map(({ name }) => name);
      expect(await search({ sortBy: 'created_at', sortOrder: 'asc' })).toEqual(['Beta', 'alpha', 'Gamma']);
      expect(await search({ name: 'ALPH' })).toEqual(['alpha']);
      expect(await search({ graphId: 'steps' })).toEqual([]);
      expect(await client.assistants.count({ metadata: { suite } })).toBe(3);
      expect(await client.assistants.count({ metadata: { suite }, name: 'a' })).toBe(3);
      expect(await client.assistants.count({ graphId: 'nobody' })).toBe(0);
      const page = await client.assistants.search({
        metadata: { suite },
        limit: 2,
        select: ['name'],
        includePagination: true,
      });
      expect(page.next).toBe('2');
      expect(page.assistants.map((one) => Object.keys(one))).toEqual([['name'], ['name']]);
    });
  });

  describe('DELETE /assistants/{id}', () => {
    it('removes it with its versions, and its threads only when told to', async () => {
      const one = await create();
      const { thread_id: id } = await server.client.threads.create();
      await server.client.runs.wait(id, one.assistant_id, { input: {} });
      const answer = await server.send('DELETE', `/assistants/${one.assistant_id}`);
      expect([answer.status, answer.json]).toEqual([200, [one.assistant_id]]);
      expect(await refusalOf(server.client.assistants.get(one.assistant_id))).toMatchObject({ status: 404 });
      expect((await server.client.threads.get(id)).values).toHaveProperty('seen');

      const two = await create();
      await server.client.runs.wait(id, two.assistant_id, { input: {} });
      await server.client.assistants.delete(two.assistant_id, { deleteThreads: true });
      expect(await refusalOf(server.client.threads.get(id))).toMatchObject({ status: 404 });
    });

    it('cancels what runs and what waits for it, and the threads stay consistent', async () => {
      const one = await server.client.assistants.create({ graphId: 'slow' });
      const { thread_id: id } = await server.client.threads.create();
      const input = { url: latch.url('deleted assistant') };
      const running = await server.client.runs.create(id, one.assistant_id, { input });
      await latch.reached('deleted assistant');
      const waiting = await server.client.runs.create(id, one.assistant_id, {
        input,
        multitaskStrategy: 'enqueue',
      });
      await server.client.assistants.delete(one.assistant_id);
      for (const run of [running, waiting]) {
        await server.client.runs.join(id, run.run_id);
        expect((await server.client.runs.get(id, run.run_id)).status).toBe('interrupted');
      }
      expect(await server.client.threads.get(id)).toMatchObject({
        status: 'interrupted',
        values: { path: ['before'] },
      });
      latch.open('deleted assistant');
      expect(await server.client.runs.wait(id, 'steps', { input: {} })).toMatchObject({ n: 1 });
    });

    it('refuses the own one of a graph', async () => {
      expect(refusal(await server.send('DELETE', '/assistants/echo'))).toMatchObject({ status: 422 });
    });
  });

  describe('GET /assistants/{id}/subgraphs and GET /assistants/{id}/subgraphs/{ns}', () => {
    it('tell the graphs within the graph with their schemas', async () => {
      const all = await server.client.assistants.getSubgraphs('nested', { recurse: true });
      expect(Object.keys(all)).toEqual(['child']);
      expect(all['child']).toMatchObject({ graph_id: 'nested', state_schema: { type: 'object' } });
      expect(await server.client.assistants.getSubgraphs('nested', { namespace: 'child' })).toEqual(all);
      expect(await server.client.assistants.getSubgraphs('nested', { namespace: 'nobody' })).toEqual({});
      expect(await server.client.assistants.getSubgraphs('steps')).toEqual({});
    });
  });

  it('GET /assistants/{id}/graph: opens subgraphs with xray', async () => {
    const plain = await server.client.assistants.getGraph('nested');
    const open = await server.client.assistants.getGraph('nested', { xray: true });
    expect(open.nodes.length).toBeGreaterThan(plain.nodes.length);
  });

  drives(server, [
    'POST /assistants',
    'POST /assistants/count',
    'PATCH /assistants/{id}',
    'DELETE /assistants/{id}',
    'GET /assistants/{id}/subgraphs',
    'GET /assistants/{id}/subgraphs/{ns}',
    'POST /assistants/{id}/versions',
    'POST /assistants/{id}/latest',
  ]);
});
