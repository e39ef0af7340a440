import { randomUUID } from 'node:crypto';
import { beforeAll, describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';
import { openStream } from './sse.ts';

describe('threads', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();

  describe('creating', () => {
    it('makes an idle thread with nothing in it', async () => {
      const thread = await server.client.threads.create({ metadata: { owner: 'ada' } });
      expect(thread).toMatchObject({
        thread_id: expect.stringMatching(/^[0-9a-f-]{36}$/) as string,
        status: 'idle',
        metadata: { owner: 'ada' },
        config: {},
        values: null,
        interrupts: {},
        lifecycle: null,
      });
      expect(thread.created_at).toBe(thread.updated_at);
      expect(await server.client.threads.get(thread.thread_id)).toEqual(thread);
    });

    it('needs no body', async () => {
      expect((await server.send('POST', '/threads')).status).toBe(200);
    });

    it('takes an id of the caller, of any version and in any case, and keeps it in lower case', async () => {
      const threadId = 'ABCDEF00-0000-0000-0000-000000000ABC';
      const thread = await server.client.threads.create({ threadId });
      expect(thread.thread_id).toBe(threadId.toLowerCase());
      expect((await server.client.threads.get(threadId)).thread_id).toBe(threadId.toLowerCase());
    });

    it('refuses an id that is taken', async () => {
      const { thread_id: threadId } = await server.client.threads.create();
      expect(await refusalOf(server.client.threads.create({ threadId }))).toMatchObject({
        status: 409,
        code: 'already_exists',
      });
    });

    it('answers the thread that is there when told to, and leaves it as it is', async () => {
      const thread = await server.client.threads.create({ metadata: { n: 1 } });
      const again = await server.client.threads.create({
        threadId: thread.thread_id,
        ifExists: 'do_nothing',
        metadata: { n: 2 },
      });
      expect(again).toEqual(thread);
    });
  });

  describe('changing', () => {
    it('merges metadata into what is there, key by key', async () => {
      const { thread_id: id } = await server.client.threads.create({ metadata: { a: 1, deep: { x: 1 } } });
      const patched = await server.client.threads.update(id, { metadata: { b: 2, deep: { y: 2 } } });
      expect(patched.metadata).toEqual({ a: 1, b: 2, deep: { y: 2 } });
      expect((await server.client.threads.get(id)).metadata).toEqual(patched.metadata);
    });

    it('answers nothing to who prefers that', async () => {
      const { thread_id: id } = await server.client.threads.create();
      const answer = await server.send(
        'PATCH',
        `/threads/${id}`,
        { metadata: { a: 1 } },
        { prefer: 'return=minimal' },
      );
      expect([answer.status, answer.text]).toEqual([204, '']);
      expect((await server.client.threads.get(id)).metadata).toEqual({ a: 1 });
    });
  });

  describe('deleting', () => {
    it('removes the thread, its runs and its states', async () => {
      const { thread_id: id } = await server.client.threads.create();
      await server.client.runs.wait(id, 'steps', { input: {} });
      const [run] = await server.client.runs.list(id);
      const answer = await server.send('DELETE', `/threads/${id}`);
      expect([answer.status, answer.text]).toEqual([204, '']);
      for (const path of [
        '',
        '/state',
        '/history',
        '/runs',
        `/runs/${run?.run_id}`,
        `/runs/${run?.run_id}/join`,
      ]) {
        expect([path, (await server.send('GET', `/threads/${id}${path}`)).status]).toEqual([path, 404]);
      }
    });

    it('stops the run that is in the middle of a step, and a new thread of the same id starts empty', async () => {
      const threadId = randomUUID();
      await server.client.threads.create({ threadId });
      const run = await server.client.runs.create(threadId, 'slow', { input: { url: latch.url('deleted') } });
      const stream = await openStream(`${server.url}/threads/${threadId}/runs/${run.run_id}/stream`);
      await latch.reached('deleted');
      await server.client.threads.delete(threadId);
      await stream.rest();
      latch.open('deleted');
      expect((await server.send('GET', `/threads/${threadId}`)).status).toBe(404);
      await server.client.threads.create({ threadId });
      expect((await server.client.threads.getState(threadId)).values).toEqual({});
      expect(await server.client.threads.getHistory(threadId)).toEqual([]);
      expect(await server.client.runs.wait(threadId, 'steps', { input: {} })).toMatchObject({ n: 1 });
    });
  });

  it.each(['GET', 'PATCH', 'DELETE'])('does not know a thread that is not there (%s)', async (method) => {
    const id = randomUUID();
    const answer = await server.send(method, `/threads/${id}`, method === 'PATCH' ? {} : undefined);
    expect(refusal(answer)).toMatchObject({ status: 404, code: 'thread_not_found' });
    expect(answer.json).toMatchObject({ message: `Thread with ID ${id} not found` });
  });

  describe('searching', () => {
    const mine = { suite: randomUUID() };
    const ids: string[] = [];
    beforeAll(async () => {
      for (const n of [0, 1, 2, 3]) {
        const thread = await server.client.threads.create({
          metadata: { ...mine, n, even: n % 2 === 0, tags: ['a', n] },
        });
        ids.push(thread.thread_id);
      }
      await server.client.runs.wait(ids[0] ?? '', 'gate', { input: {} });
      await server.client.runs.wait(ids[1] ?? '', 'failing', { input: {}, raiseError: false });
    });
    const found = async (query: Parameters<typeof server.client.threads.search>[0]) =>
      (await server.client.threads.search({ metadata: mine, ...query })).map(({ thread_id }) =>
        ids.indexOf(thread_id),
      );

    it('answers the newest first', async () => {
      expect(await found({})).toEqual([3, 2, 1, 0]);
    });

    it('sorts by any of its fields, both ways', async () => {
      expect(await found({ sortBy: 'created_at', sortOrder: 'asc' })).toEqual([0, 1, 2, 3]);
      expect((await found({ sortBy: 'updated_at', sortOrder: 'desc' }))[0]).toBe(1);
      const byId = [...ids].sort().map((id) => ids.indexOf(id));
      expect(await found({ sortBy: 'thread_id', sortOrder: 'asc' })).toEqual(byId);
      expect((await found({ sortBy: 'status', sortOrder: 'asc' }))[0]).toBe(1);
    });

    it('pages, and says in headers how many there are and where the next page begins', async () => {
      expect(await found({ limit: 2, offset: 1 })).toEqual([2, 1]);
      const answer = await server.send('POST', '/threads/search', { metadata: mine, limit: 2, offset: 1 });
      expect(answer.headers.get('x-pagination-total')).toBe('4');
      expect(answer.headers.get('x-pagination-next')).toBe('3');
      const last = await server.send('POST', '/threads/search', { metadata: mine, limit: 2, offset: 2 });
      expect(last.headers.get('x-pagination-next')).toBeNull();
    });

    it('finds by status', async () => {
      expect(await found({ status: 'interrupted' })).toEqual([0]);
      expect(await found({ status: 'error' })).toEqual([1]);
      expect(await found({ status: 'idle' })).toEqual([3, 2]);
      expect(await found({ status: 'busy' })).toEqual([]);
    });

    it('finds by ids', async () => {
      expect(await found({ ids: [ids[2] ?? '', ids[0] ?? '', randomUUID()] })).toEqual([2, 0]);
      expect(await found({ ids: [] })).toEqual([]);
    });

    it('finds by what the metadata contains, by type and value', async () => {
      const of = (metadata: Record<string, unknown>) => found({ metadata: { ...mine, ...metadata } });
      expect(await of({ even: true })).toEqual([2, 0]);
      expect(await of({ n: 3 })).toEqual([3]);
      expect(await of({ n: '3' })).toEqual([]);
      expect(await of({ tags: ['a', 1] })).toEqual([1]);
      expect(await of({ graph_id: 'gate' })).toEqual([0]);
      expect(await of({ missing: null })).toEqual([]);
    });

    it('shows each thread with its values and questions', async () => {
      const [held] = await server.client.threads.search({ metadata: mine, status: 'interrupted' });
      expect(held?.values).toMatchObject({ n: 1 });
      expect(Object.values(held?.interrupts ?? {}).flat()).toMatchObject([{ value: { ask: 'go?' } }]);
    });

    it('answers only the fields that were selected', async () => {
      const [thread] = await server.client.threads.search({
        metadata: mine,
        select: ['thread_id', 'status'],
      });
      expect(Object.keys(thread ?? {}).sort()).toEqual(['status', 'thread_id']);
    });

    it('needs no body', async () => {
      expect((await server.send('POST', '/threads/search')).status).toBe(200);
    });
  });

  drives(server, [
    'POST /threads',
    'POST /threads/search',
    'GET /threads/{t}',
    'PATCH /threads/{t}',
    'DELETE /threads/{t}',
  ]);
});
