import { randomUUID } from 'node:crypto';
import type { Run } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

type Lifecycle = { lifecycle: { state: string; reason: string | null; since: string } | null };

describe('runs', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;
  const wordsOf = async (threadId: string, runId: string) => {
    const run = (await server.client.runs.get(threadId, runId)) as Run & Lifecycle;
    const thread = await server.client.threads.get(threadId);
    const { lifecycle } = thread as unknown as Lifecycle;
    return [run.status, run.lifecycle?.state, thread.status, lifecycle?.state];
  };
  /** A run that stands in the middle of its second step until the place is opened. */
  const held = async (threadId: string, place: string, input: Record<string, unknown> = {}) => {
    const run = await server.client.runs.create(threadId, 'slow', {
      input: { url: latch.url(place), ...input },
    });
    await latch.reached(place);
    return run;
  };

  describe('starting', () => {
    it('answers the run at once and says in a header where it is', async () => {
      const id = await newThread();
      const body = {
        assistant_id: 'steps',
        input: { steps: 2 },
        metadata: { why: 'test' },
        stream_mode: 'updates',
      };
      const answer = await server.send('POST', `/threads/${id}/runs`, body);
      const run = answer.json as Run & Lifecycle;
      expect(answer.status).toBe(200);
      expect(run).toMatchObject({
        thread_id: id,
        assistant_id: '01d10e59-d4b4-51ec-8e94-9b2716b34de8',
        status: 'pending',
        lifecycle: { state: 'queued' },
        metadata: { why: 'test' },
        multitask_strategy: 'reject',
        kwargs: { input: { steps: 2 }, stream_mode: ['updates'], durability: 'sync' },
        failure: null,
      });
      expect(answer.headers.get('content-location')).toBe(`/threads/${id}/runs/${run.run_id}`);
      expect(answer.headers.get('location')).toBeNull();
      expect(await server.client.runs.join(id, run.run_id)).toMatchObject({ n: 2 });
    });

    it('tells the SDK which run was created', async () => {
      const id = await newThread();
      const told: unknown[] = [];
      const run = await server.client.runs.create(id, 'steps', {
        input: {},
        onRunCreated: (it) => told.push(it),
      });
      expect(told).toEqual([{ thread_id: id, run_id: run.run_id }]);
    });

    it('answers the final values, and says where to come back when the connection breaks', async () => {
      const id = await newThread();
      const answer = await server.send('POST', `/threads/${id}/runs/wait`, {
        assistant_id: 'steps',
        input: { steps: 3 },
      });
      expect(answer.json).toEqual({ n: 3, steps: 3, sleep_ms: 0, pad: '' });
      const [run] = await server.client.runs.list(id);
      expect(answer.headers.get('content-location')).toBe(`/threads/${id}/runs/${run?.run_id}`);
      expect(answer.headers.get('location')).toBe(`/threads/${id}/runs/${run?.run_id}/join`);
    });

    it('takes an assistant by its id as well as by its graph', async () => {
      const { assistant_id } = await server.client.assistants.get('steps');
      expect(await server.client.runs.wait(await newThread(), assistant_id, { input: {} })).toMatchObject({
        n: 1,
      });
    });

    it('runs a graph that a function makes from the run’s configuration', async () => {
      const config = { configurable: { greeting: 'moin' } };
      const result = await server.client.runs.wait(await newThread(), 'factory', { input: {}, config });
      expect(result).toEqual({ said: 'moin' });
    });

    it('makes the thread when told to, and uses the one that is there', async () => {
      const id = randomUUID();
      const payload = { input: { steps: 1 }, ifNotExists: 'create' } as const;
      expect(await server.client.runs.wait(id, 'steps', payload)).toMatchObject({ n: 1 });
      expect((await server.client.threads.get(id)).metadata).toMatchObject({ graph_id: 'steps' });
      await server.client.runs.wait(id, 'steps', payload);
      expect((await server.client.runs.list(id)).length).toBe(2);
    });

    it('makes no thread for a run that cannot start', async () => {
      const id = randomUUID();
      await refusalOf(server.client.runs.create(id, 'nobody', { ifNotExists: 'create' }));
      expect(await refusalOf(server.client.threads.get(id))).toMatchObject({ status: 404 });
    });

    it('writes the graph and the assistant into the thread’s metadata', async () => {
      const { thread_id: id } = await server.client.threads.create({ metadata: { owner: 'ada' } });
      const run = await server.client.runs.create(id, 'steps', { input: {} });
      expect((await server.client.threads.get(id)).metadata).toEqual({
        owner: 'ada',
        graph_id: 'steps',
        assistant_id: run.assistant_id,
      });
      await server.client.runs.join(id, run.run_id);
    });
  });

  it('keeps words for where a run stands, its own and those of the wire, on the run and on its thread', async () => {
    const id = await newThread();
    const run = await held(id, 'words');
    expect(await wordsOf(id, run.run_id)).toEqual(['running', 'running', 'busy', 'running']);
    const queued = await server.client.runs.create(id, 'gate', { input: {}, multitaskStrategy: 'enqueue' });
    expect(await wordsOf(id, queued.run_id)).toEqual(['pending', 'queued', 'busy', 'running']);
    latch.open('words');
    await server.client.runs.join(id, queued.run_id);
    expect((await wordsOf(id, run.run_id)).slice(0, 2)).toEqual(['success', 'success']);
    const asked = ['success', 'awaiting_decision', 'interrupted', 'awaiting_decision'];
    expect(await wordsOf(id, queued.run_id)).toEqual(asked);
    await server.client.runs.wait(id, 'gate', { command: { resume: true } });
    const [answer] = await server.client.runs.list(id);
    expect(await wordsOf(id, answer?.run_id ?? '')).toEqual(['success', 'success', 'idle', 'success']);
  });

  describe('a thread that is busy', () => {
    it('refuses a second run, naming the first', async () => {
      const id = await newThread();
      const first = await held(id, 'reject');
      for (const path of ['', '/wait', '/stream']) {
        const answer = await server.send('POST', `/threads/${id}/runs${path}`, {
          assistant_id: 'steps',
          input: {},
        });
        expect(refusal(answer)).toMatchObject({ status: 422, code: 'thread_busy' });
        expect(answer.json).toMatchObject({ metadata: { run_id: first.run_id, state: 'running' } });
      }
      expect((await server.client.runs.list(id)).length).toBe(1);
      latch.open('reject');
      expect(await server.client.runs.join(id, first.run_id)).toMatchObject({
        path: ['before', 'wait', 'after'],
      });
    });

    it('runs what is queued one at a time, in the order it came', async () => {
      const id = await newThread();
      const first = await held(id, 'queue');
      const tags = ['a', 'b', 'c', 'd'];
      const queued = [];
      for (const tag of tags) {
        const input = { tag, url: latch.url('queue') };
        queued.push(await server.client.runs.create(id, 'slow', { input, multitaskStrategy: 'enqueue' }));
      }
      expect(latch.calls('queue').length).toBe(1);
      latch.open('queue');
      for (const run of [first, ...queued]) await server.client.runs.join(id, run.run_id);
      expect(latch.calls('queue')).toEqual(['', ...tags].map((waiting) => ({ waiting })));
      expect((await server.client.threads.get(id)).status).toBe('idle');
    });
  });

  describe('listing', () => {
    it('answers the newest first, in pages, by status', async () => {
      const id = await newThread();
      const ids: string[] = [];
      for (const fail of [false, true, false]) {
        await server.client.runs.wait(id, 'failing', { input: { fail }, raiseError: false });
        ids.unshift((await server.client.runs.list(id))[0]?.run_id ?? '');
      }
      const listed = async (options: Parameters<typeof server.client.runs.list>[1]) =>
        (await server.client.runs.list(id, options)).map(({ run_id }) => ids.indexOf(run_id));
      expect(await listed({})).toEqual([0, 1, 2]);
      expect(await listed({ limit: 1, offset: 1 })).toEqual([1]);
      expect(await listed({ status: 'error' })).toEqual([1]);
      expect(await listed({ status: 'success' })).toEqual([0, 2]);
      expect(await listed({ status: 'pending' })).toEqual([]);
      const [only] = await server.client.runs.list(id, { limit: 1, select: ['run_id', 'status'] });
      expect(only).toEqual({ run_id: ids[0], status: 'success' });
    });
  });

  describe('joining', () => {
    it('waits for a run and answers its values, also to who comes late', async () => {
      const id = await newThread();
      const run = await held(id, 'join');
      const joined = server.client.runs.join(id, run.run_id);
      latch.open('join');
      expect(await joined).toMatchObject({ path: ['before', 'wait', 'after'] });
      expect(await server.client.runs.join(id, run.run_id)).toEqual(await joined);
    });
  });

  it('answers who joins a run with the values of that run, not of one that came after it', async () => {
    const id = await newThread();
    const first = await server.client.runs.create(id, 'steps', { input: { pad: 'first' } });
    await server.client.runs.join(id, first.run_id);
    await server.client.runs.wait(id, 'steps', { input: { n: 0, pad: 'second' } });
    expect(await server.client.runs.join(id, first.run_id)).toMatchObject({ pad: 'first' });
  });

  describe('cancelling', () => {
    it('stops a run in the middle of a step and keeps what its steps stored', async () => {
      const id = await newThread();
      const run = await held(id, 'cancel');
      const answer = await server.send(
        'POST',
        `/threads/${id}/runs/${run.run_id}/cancel?wait=1&action=interrupt`,
      );
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await wordsOf(id, run.run_id)).toEqual(['interrupted', 'cancelled', 'interrupted', 'cancelled']);
      expect(await server.client.threads.get(id)).toMatchObject({ values: { path: ['before'] } });
      expect(await server.client.threads.getState(id)).toMatchObject({
        next: ['wait'],
        values: { path: ['before'] },
      });
      latch.open('cancel');
      expect(await server.client.runs.wait(id, 'slow', { input: null })).toMatchObject({
        path: ['before', 'wait', 'after'],
      });
    });

    it.each(['wait=0', 'wait=false', ''])('does not wait unless told to (%s)', async (query) => {
      const id = await newThread();
      const run = await held(id, `deaf ${query}`, { deaf: true });
      const answer = await server.send('POST', `/threads/${id}/runs/${run.run_id}/cancel?${query}`);
      expect(answer.status).toBe(202);
      await server.client.runs.join(id, run.run_id);
      expect((await wordsOf(id, run.run_id)).slice(0, 2)).toEqual(['interrupted', 'cancelled']);
      latch.open(`deaf ${query}`);
    });

    it('takes a queued run out of the queue; the others go on', async () => {
      const id = await newThread();
      const first = await held(id, 'unqueue');
      const payload = { input: {}, multitaskStrategy: 'enqueue' } as const;
      const second = await server.client.runs.create(id, 'steps', payload);
      const third = await server.client.runs.create(id, 'steps', payload);
      await server.client.runs.cancel(id, second.run_id, true);
      expect(await wordsOf(id, second.run_id)).toEqual(['interrupted', 'cancelled', 'busy', 'running']);
      latch.open('unqueue');
      await server.client.runs.join(id, third.run_id);
      expect(await wordsOf(id, first.run_id)).toEqual(['success', 'success', 'idle', 'success']);
    });

    it('refuses to cancel what has ended, naming its state', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'steps', { input: {} });
      const [run] = await server.client.runs.list(id);
      const answer = await server.send('POST', `/threads/${id}/runs/${run?.run_id}/cancel`);
      expect(refusal(answer)).toMatchObject({ status: 409, code: 'invalid_transition' });
      expect(answer.json).toMatchObject({ metadata: { state: 'success' } });
    });
  });

  describe('deleting', () => {
    it('removes an ended run and keeps the thread’s state', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'steps', { input: {} });
      const [run] = await server.client.runs.list(id);
      const answer = await server.send('DELETE', `/threads/${id}/runs/${run?.run_id}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect(await server.client.runs.list(id)).toEqual([]);
      expect(await server.client.threads.getState(id)).toMatchObject({ values: { n: 1 } });
      expect(refusal(await server.send('GET', `/threads/${id}/runs/${run?.run_id}`))).toMatchObject({
        status: 404,
        code: 'run_not_found',
      });
    });

    it('stops one that runs first', async () => {
      const id = await newThread();
      const run = await held(id, 'delete');
      await server.client.runs.delete(id, run.run_id);
      expect(await server.client.runs.list(id)).toEqual([]);
      expect(await server.client.runs.wait(id, 'steps', { input: { steps: 1 } })).toMatchObject({ n: 1 });
      latch.open('delete');
    });
  });

  describe('what is not there', () => {
    it('does not know another thread’s run', async () => {
      const [a, b] = [await newThread(), await newThread()];
      const run = await server.client.runs.create(a, 'steps', { input: {} });
      for (const [method, path] of [
        ['GET', ''],
        ['GET', '/join'],
        ['GET', '/stream'],
        ['POST', '/cancel'],
        ['DELETE', ''],
      ] as const) {
        for (const runId of [run.run_id, randomUUID()]) {
          const answer = await server.send(method, `/threads/${b}/runs/${runId}${path}`);
          expect(refusal(answer)).toMatchObject({ status: 404, code: 'run_not_found' });
          expect(answer.json).toMatchObject({ message: 'Run not found' });
        }
      }
      await server.client.runs.join(a, run.run_id);
    });

    it('knows neither the thread nor the assistant', async () => {
      const body = { assistant_id: 'steps', input: {} };
      for (const path of ['', '/wait', '/stream']) {
        const noThread = await server.send('POST', `/threads/${randomUUID()}/runs${path}`, body);
        expect(refusal(noThread)).toMatchObject({ status: 404, code: 'thread_not_found' });
        const noGraph = await server.send('POST', `/threads/${await newThread()}/runs${path}`, {
          assistant_id: 'nobody',
        });
        expect(refusal(noGraph)).toMatchObject({ status: 404, code: 'assistant_not_found' });
      }
      expect(refusal(await server.send('GET', `/threads/${randomUUID()}/runs`))).toMatchObject({
        status: 404,
        code: 'thread_not_found',
      });
    });

    it('does not start from a checkpoint that is not there', async () => {
      const id = await newThread();
      await server.client.runs.wait(id, 'steps', { input: { steps: 2 } });
      const body = { assistant_id: 'steps', input: { n: 0 }, checkpoint_id: randomUUID() };
      expect(refusal(await server.send('POST', `/threads/${id}/runs/wait`, body))).toMatchObject({
        status: 404,
        code: 'checkpoint_not_found',
      });
      expect(await server.client.threads.getState(id)).toMatchObject({ values: { n: 2 } });
    });

    it('starts on no new thread what an empty one would refuse, nor makes it', async () => {
      const id = randomUUID();
      const at = { checkpoint_id: randomUUID() };
      for (const [path, more] of [
        [`/threads/${id}/runs/wait`, { if_not_exists: 'create' }],
        ['/runs/wait', {}],
        ['/runs', { after_seconds: 60 }],
      ] as const) {
        const body = { assistant_id: 'steps', ...more };
        for (const start of [at, { checkpoint: at }, { config: { configurable: at } }]) {
          const answer = await server.send('POST', path, { ...body, input: { steps: 1 }, ...start });
          expect(refusal(answer)).toMatchObject({ status: 404, code: 'checkpoint_not_found' });
        }
        for (const nothing of [{}, { input: null }, { command: {} }]) {
          const answer = await server.send('POST', path, { ...body, ...nothing });
          expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request' });
          expect(answer.json).toMatchObject({ message: expect.stringContaining('send an input') });
        }
      }
      expect(refusal(await server.send('GET', `/threads/${id}`))).toMatchObject({ status: 404 });
    });
  });

  drives(server, [
    'GET /threads/{t}/runs',
    'POST /threads/{t}/runs',
    'POST /threads/{t}/runs/wait',
    'GET /threads/{t}/runs/{r}',
    'DELETE /threads/{t}/runs/{r}',
    'GET /threads/{t}/runs/{r}/join',
    'POST /threads/{t}/runs/{r}/cancel',
  ]);
});
