import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { readText } from '../house/files.ts';
import { userProject } from '../support/project.ts';
import { LIGHT, startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

describe('whole threads', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const ran = async (graph: string, input: object = {}, times = 1): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    for (let i = 0; i < times; i++) await server.client.runs.wait(id, graph, { input: { ...input } });
    return id;
  };

  // An edit needs a worker that is ready.
  beforeAll(() => ran('steps').then(() => {}));

  describe('POST /threads with supersteps', () => {
    const supersteps = [
      { updates: [{ values: { n: 5, steps: 7 }, asNode: '__input__' }] },
      { updates: [{ values: { n: 5, steps: 7 }, asNode: '__start__' }] },
      { updates: [{ values: { n: 6 }, asNode: 'step' }] },
    ];

    it('makes a thread that has been there', async () => {
      const thread = await server.client.threads.create({ graphId: 'steps', supersteps });
      expect(thread).toMatchObject({ status: 'interrupted', values: { n: 6, steps: 7 } });
      expect((await server.client.threads.getState(thread.thread_id)).next).toEqual(['step']);
      expect(await server.client.runs.wait(thread.thread_id, 'steps', { input: null })).toMatchObject({
        n: 7,
      });
    });

    it('makes none when the graph refuses a step, or is not named', async () => {
      const threadId = randomUUID();
      const wrong = [{ updates: [{ values: {}, asNode: 'nobody' }] }];
      const refused = server.client.threads.create({ threadId, graphId: 'steps', supersteps: wrong });
      expect(await refusalOf(refused)).toMatchObject({ status: 422 });
      expect(await refusalOf(server.client.threads.get(threadId))).toMatchObject({ status: 404 });
      expect(await refusalOf(server.client.threads.create({ supersteps }))).toMatchObject({ status: 422 });
    });

    it('takes a copy of another thread’s history, commands included', async () => {
      const made = await server.client.threads.create({
        graphId: 'gate',
        supersteps: [
          { updates: [{ values: { n: 0 }, asNode: '__input__' }] },
          { updates: [{ values: null, command: { update: { n: 9 }, goto: 'hold' }, asNode: 'select' }] },
        ],
      });
      expect(made.values).toMatchObject({ n: 9 });
    });
  });

  describe('ttl (POST /threads, PATCH /threads/{t}, GET /threads/{t})', () => {
    it('is shown on request, changed and taken back', async () => {
      const { thread_id: id } = await server.client.threads.create({ ttl: 60 });
      const shown = async () =>
        ((await server.send('GET', `/threads/${id}?include=ttl`)).json as { ttl: unknown }).ttl;
      expect(await shown()).toMatchObject({ strategy: 'delete', ttl_minutes: 60 });
      await server.client.threads.update(id, { ttl: { ttl: 5, strategy: 'delete' } });
      expect(await shown()).toMatchObject({ ttl_minutes: 5 });
      await server.send('PATCH', `/threads/${id}`, { ttl: null });
      expect(await shown()).toBeNull();
      expect(await server.client.threads.get(id)).not.toHaveProperty('ttl');
    });

    it('deletes the thread when it is over, but none that waits or is at work', async () => {
      const idle = await ran('steps');
      const asking = await ran('gate');
      const { thread_id: busy } = await server.client.threads.create();
      await server.client.runs.create(busy, 'slow', { input: { url: latch.url('ttl') } });
      await latch.reached('ttl');
      for (const id of [idle, asking, busy]) await server.client.threads.update(id, { ttl: 0.001 });
      const gone = async (id: string) => (await server.send('GET', `/threads/${id}`)).status;
      await expect.poll(() => gone(idle), { timeout: 60_000 }).toBe(404);
      expect([await gone(asking), await gone(busy)]).toEqual([200, 200]);
      await server.client.runs.wait(asking, 'gate', { command: { resume: 'yes' } });
      latch.open('ttl');
      await expect.poll(() => gone(asking), { timeout: 60_000 }).toBe(404);
      await expect.poll(() => gone(busy), { timeout: 60_000 }).toBe(404);
    });
  });

  describe('checkpointer.ttl of langgraph.json', () => {
    const project = (ttl: object) =>
      userProject(
        { graphs: { steps: './steps.ts:steps' }, checkpointer: { ttl } },
        {
          'steps.ts': readText('test/graphs/counting.ts'),
          'channels.ts': readText('test/graphs/channels.ts'),
        },
      );
    const ran3 = async ({ client }: ServerUnderTest): Promise<string> => {
      const { thread_id: id } = await client.threads.create();
      await client.runs.wait(id, 'steps', { input: { steps: 3 } });
      return id;
    };

    it('deletes threads for which nothing else was said, also those that a run made', async () => {
      const soon = await startServerProcess({ config: project({ strategy: 'delete', default_ttl: 0.03 }) });
      const ids = [await ran3(soon), randomUUID()];
      await soon.client.runs.wait(ids[1] ?? '', 'steps', { input: {}, ifNotExists: 'create' });
      const { thread_id: long } = await soon.client.threads.create({ ttl: 60 });
      const left = async () => (await soon.client.threads.search()).map(({ thread_id }) => thread_id);
      await expect.poll(left, { timeout: 30_000 }).toEqual([long]);
      await soon.kill('SIGTERM');
    });

    it('keeps the latest state where it says so, and the thread goes on', { timeout: 120_000 }, async () => {
      const soon = await startServerProcess({
        config: project({ strategy: 'keep_latest', default_ttl: 0.03 }),
      });
      const id = await ran3(soon);
      const states = async () => (await soon.client.threads.getHistory(id, { limit: 100 })).length;
      await expect.poll(states, { timeout: 30_000 }).toBe(1);
      expect((await soon.client.threads.getState(id)).values).toMatchObject({ n: 3 });
      expect(await soon.client.runs.wait(id, 'steps', { input: { steps: 5 } })).toMatchObject({ n: 5 });
      await soon.kill('SIGTERM');
    });
  });

  describe('POST /threads/search and POST /threads/count', () => {
    it('find by values, and extract by path', async () => {
      const suite = randomUUID();
      const ids: string[] = [];
      for (const steps of [1, 2]) {
        const { thread_id: id } = await server.client.threads.create({ metadata: { suite } });
        await server.client.runs.wait(id, 'steps', { input: { steps, pad: 'p' } });
        ids.push(id);
      }
      const found = await server.client.threads.search({
        metadata: { suite },
        values: { n: 2 },
        extract: { count: 'values.n', none: 'values.messages[-1].content' },
      });
      expect(found).toMatchObject([{ thread_id: ids[1], extracted: { count: 2, none: null } }]);
      const { client } = server;
      expect(await client.threads.count({ metadata: { suite } })).toBe(2);
      expect(await client.threads.count({ metadata: { suite }, values: { n: 1 } })).toBe(1);
      expect(await client.threads.count({ metadata: { suite }, status: 'busy' })).toBe(0);
      expect(await client.threads.count({ metadata: { suite: 'other' } })).toBe(0);
    });
  });

  describe('POST /threads/{t}/copy', () => {
    it('makes a thread with the same states that goes its own way', async () => {
      const id = await ran('steps', { steps: 3 });
      const copy = await server.client.threads.copy(id);
      expect(copy.thread_id).not.toBe(id);
      expect(copy).toMatchObject({ status: 'idle', values: { n: 3 }, metadata: { graph_id: 'steps' } });
      const [one, two] = await Promise.all(
        [id, copy.thread_id].map((each) => server.client.threads.getHistory(each)),
      );
      expect(two?.map(({ values }) => values)).toEqual(one?.map(({ values }) => values));
      expect(two?.[0]?.metadata).toMatchObject({ thread_id: copy.thread_id });
      await server.client.runs.wait(copy.thread_id, 'steps', { input: { steps: 4 } });
      expect((await server.client.threads.get(id)).values).toMatchObject({ n: 3 });
    });

    it('copies the question, to be answered in each', async () => {
      const id = await ran('gate');
      const copy = await server.client.threads.copy(id);
      expect(copy.status).toBe('interrupted');
      expect(Object.values(copy.interrupts).flat()).toMatchObject([{ value: { ask: 'go?' } }]);
      for (const [thread, resume] of [
        [id, 'yes'],
        [copy.thread_id, 'no'],
      ] as const)
        expect(await server.client.runs.wait(thread, 'gate', { command: { resume } })).toMatchObject({
          decision: resume,
        });
    });

    it('does not know a thread that is not there', async () => {
      expect(refusal(await server.send('POST', `/threads/${randomUUID()}/copy`))).toMatchObject({
        status: 404,
      });
    });
  });

  describe('POST /threads/prune and GET /threads/{t}/storage', () => {
    it('keep only the latest state, which goes on as before', async () => {
      const id = await ran('steps', { steps: 5 });
      const size = async () =>
        (await server.send('GET', `/threads/${id}/storage`)).json as {
          total_bytes: number;
          checkpoints: { count: number };
        };
      const before = await size();
      expect(before.checkpoints.count).toBeGreaterThan(5);
      const pruned = await server.client.threads.prune([id, randomUUID()], { strategy: 'keep_latest' });
      expect(pruned).toEqual({ pruned_count: 1 });
      const after = await size();
      expect(after.checkpoints.count).toBe(1);
      expect(after.total_bytes).toBeLessThan(before.total_bytes);
      const [only, ...older] = await server.client.threads.getHistory(id);
      expect(only).toMatchObject({ values: { n: 5 }, parent_checkpoint: null });
      expect(older).toEqual([]);
      expect(await server.client.runs.wait(id, 'steps', { input: { steps: 6 } })).toMatchObject({ n: 6 });
    });

    it('keep the question of a thread that waits, and leave alone one that is at work', async () => {
      const id = await ran('nested');
      const { thread_id: busy } = await server.client.threads.create();
      await server.client.runs.create(busy, 'slow', { input: { url: latch.url('prune') } });
      await latch.reached('prune');
      const pruned = await server.client.threads.prune([id, busy], { strategy: 'keep_latest' });
      expect(pruned).toEqual({ pruned_count: 1 });
      latch.open('prune');
      const result = await server.client.runs.wait(id, 'nested', { command: { resume: 'fine' } });
      expect(result).toMatchObject({ answer: 'fine' });
    });

    it('delete threads', async () => {
      const ids = [await ran('steps'), await ran('steps')];
      expect(await server.client.threads.prune(ids)).toEqual({ pruned_count: 2 });
      for (const id of ids)
        expect(await refusalOf(server.client.threads.get(id))).toMatchObject({ status: 404 });
    });
  });

  it('PATCH /threads/{t}/state: merges metadata into the thread’s', async () => {
    const { thread_id: id } = await server.client.threads.create({ metadata: { a: 1 } });
    await server.client.threads.patchState(id, { b: 2 });
    await server.client.threads.patchState({ configurable: { thread_id: id } } as never, { c: 3 });
    expect((await server.client.threads.get(id)).metadata).toMatchObject({ a: 1, b: 2, c: 3 });
  });

  drives(server, [
    'POST /threads',
    'POST /threads/count',
    'POST /threads/prune',
    'POST /threads/{t}/copy',
    'GET /threads/{t}/storage',
    'PATCH /threads/{t}/state',
  ]);
});
