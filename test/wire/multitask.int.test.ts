import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Run } from '@langchain/langgraph-sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { collect, refusalOf, useServer } from './server.ts';

/** Takes webhooks in; `next` resolves with the one for a run. */
const useReceiver = () => {
  const got: { headers: Record<string, unknown>; body: Record<string, unknown> }[] = [];
  const waiting: (() => void)[] = [];
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      const parts: Buffer[] = [];
      request.on('data', (part: Buffer) => parts.push(part));
      request.on('end', () => {
        got.push({
          headers: request.headers,
          body: JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>,
        });
        response.end();
        waiting.splice(0).forEach((wake) => wake());
      });
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterAll(() => void server.close());
  return {
    url: () => `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    next: async (runId: string) => {
      for (;;) {
        const found = got.find(({ body }) => body['run_id'] === runId);
        if (found) return found;
        await new Promise<void>((resolve) => waiting.push(resolve));
      }
    },
    count: (runId: string) => got.filter(({ body }) => body['run_id'] === runId).length,
  };
};

describe('runs that make room, wait, tell and end', () => {
  const server = useServer({
    config: LIGHT,
    env: { HOLDPOINT_RUN_TIMEOUT_MS: '10000', HOLDPOINT_OUTBOUND_ALLOW: '127.0.0.1' },
  });
  const latch = useLatch();
  const receiver = useReceiver();
  const newThread = async (): Promise<string> => (await server.client.threads.create()).thread_id;
  /** Runs may take ten seconds here, of which a worker that has just started needs some for its graphs. */
  const warm = async (): Promise<void> => {
    let values: unknown;
    do values = await server.client.runs.wait(null, 'slow', { input: {}, raiseError: false });
    while (JSON.stringify(values).includes('__error__'));
  };
  beforeAll(warm);
  const held = async (threadId: string, place: string): Promise<Run> => {
    const run = await server.client.runs.create(threadId, 'slow', { input: { url: latch.url(place) } });
    await latch.reached(place);
    return run;
  };
  const checkpoints = async (threadId: string): Promise<number> =>
    (await server.client.threads.getHistory(threadId, { limit: 100 })).length;

  it('interrupt: the run at work ends, keeps what it did, and the new one begins (POST /threads/{t}/runs)', async () => {
    const id = await newThread();
    const first = await held(id, 'interrupt');
    const queued = await server.client.runs.create(id, 'steps', { input: {}, multitaskStrategy: 'enqueue' });
    const result = await server.client.runs.wait(id, 'steps', {
      input: { steps: 2 },
      multitaskStrategy: 'interrupt',
    });
    expect(result).toMatchObject({ n: 2 });
    for (const run of [first, queued])
      expect((await server.client.runs.get(id, run.run_id)).status).toBe('interrupted');
    expect((await server.client.threads.get(id)).status).toBe('idle');
    latch.open('interrupt');
  });

  it('rollback: the run at work is deleted with its checkpoints before the new one begins (POST /threads/{t}/runs)', async () => {
    const id = await newThread();
    await server.client.runs.wait(id, 'slow', { input: {} });
    const before = await server.client.threads.getHistory(id);
    const first = await held(id, 'rollback');
    const queued = await server.client.runs.create(id, 'slow', { input: {}, multitaskStrategy: 'enqueue' });
    expect(await checkpoints(id)).toBeGreaterThan(before.length);
    const result = await server.client.runs.wait(id, 'slow', { input: {}, multitaskStrategy: 'rollback' });
    expect(result).toMatchObject({ path: ['before', 'wait', 'after', 'before', 'wait', 'after'] });
    for (const { run_id } of [first, queued])
      expect(await refusalOf(server.client.runs.get(id, run_id))).toMatchObject({ status: 404 });
    expect((await server.client.threads.getHistory(id, { limit: 100 })).slice(-before.length)).toEqual(
      before,
    );
    latch.open('rollback');
  });

  it('cancel with action=rollback: as if the run had never been (POST /threads/{t}/runs/{r}/cancel)', async () => {
    const id = await newThread();
    await server.client.runs.wait(id, 'gate', { input: {} });
    const before = await server.client.threads.get(id);
    const history = await server.client.threads.getHistory(id);
    const run = await server.client.runs.create(id, 'gate', {
      command: { resume: 'yes', update: { url: latch.url('undone') } },
    });
    await latch.reached('undone');
    await server.client.runs.cancel(id, run.run_id, true, 'rollback');
    expect(await refusalOf(server.client.runs.get(id, run.run_id))).toMatchObject({ status: 404 });
    const { values, interrupts, status } = await server.client.threads.get(id);
    expect({ values, interrupts, status }).toEqual({
      values: before.values,
      interrupts: before.interrupts,
      status: 'interrupted',
    });
    expect(await server.client.threads.getHistory(id)).toEqual(history);
    latch.open('undone');
    expect(await server.client.runs.wait(id, 'gate', { command: { resume: 'no' } })).toMatchObject({
      decision: 'no',
    });
  });

  it('cancel with action=rollback: of a thread’s first run, also when the server is killed on the way', async () => {
    const id = await newThread();
    const run = await held(id, 'killed rollback');
    await server.client.runs.cancel(id, run.run_id, false, 'rollback');
    await server.restart();
    latch.open('killed rollback');
    await expect.poll(async () => (await server.client.runs.list(id)).length, { timeout: 60_000 }).toBe(0);
    expect(await checkpoints(id)).toBe(0);
    expect(await server.client.threads.get(id)).toMatchObject({ status: 'idle', interrupts: {} });
    expect(await server.client.runs.wait(id, 'steps', { input: {} })).toMatchObject({ n: 1 });
  });

  it('wait=0 does not wait (POST /threads/{t}/runs/{r}/cancel)', async () => {
    const id = await newThread();
    const run = await held(id, 'no wait');
    const answer = await server.send('POST', `/threads/${id}/runs/${run.run_id}/cancel?wait=0`);
    expect(answer.status).toBe(202);
    await server.client.runs.join(id, run.run_id);
    latch.open('no wait');
  });

  describe('POST /runs/cancel', () => {
    it('ends named runs of a thread, and knows those that are not there', async () => {
      const id = await newThread();
      const first = await held(id, 'many');
      const second = await server.client.runs.create(id, 'steps', {
        input: {},
        multitaskStrategy: 'enqueue',
      });
      const runIds = [first.run_id, second.run_id];
      await server.client.runs.cancelMany({ threadId: id, runIds });
      for (const runId of runIds) {
        await server.client.runs.join(id, runId);
        expect((await server.client.runs.get(id, runId)).status).toBe('interrupted');
      }
      latch.open('many');
      const foreign = await newThread();
      const refused = server.client.runs.cancelMany({ threadId: foreign, runIds });
      expect(await refusalOf(refused)).toMatchObject({ status: 404, code: 'run_not_found' });
    });

    it('ends all that wait, or all there are', async () => {
      const id = await newThread();
      const first = await held(id, 'all');
      const second = await server.client.runs.create(id, 'steps', {
        input: {},
        multitaskStrategy: 'enqueue',
      });
      await server.client.runs.cancelMany({ status: 'pending' });
      expect((await server.client.runs.get(id, second.run_id)).status).toBe('interrupted');
      expect((await server.client.runs.get(id, first.run_id)).status).toBe('running');
      await server.client.runs.cancelMany({ status: 'all', action: 'rollback' });
      await expect.poll(async () => (await server.client.runs.list(id)).length).toBe(1);
      latch.open('all');
      const answer = await server.send('POST', '/runs/cancel', {});
      expect(answer.status).toBe(422);
    });
  });

  it('after_seconds: waits, lets others by, and survives a restart (POST /threads/{t}/runs)', async () => {
    const id = await newThread();
    const began = Date.now();
    const later = await server.client.runs.create(id, 'steps', { input: { steps: 2 }, afterSeconds: 2 });
    expect((await server.client.threads.get(id)).status).toBe('busy');
    const now = await server.client.runs.wait(id, 'steps', { input: {}, multitaskStrategy: 'enqueue' });
    expect(now).toMatchObject({ n: 1 });
    expect((await server.client.runs.get(id, later.run_id)).status).toBe('pending');
    await server.restart();
    await server.client.runs.join(id, later.run_id);
    expect(Date.now() - began).toBeGreaterThanOrEqual(2000);
    expect((await server.client.runs.get(id, later.run_id)).status).toBe('success');
  });

  describe('webhook', () => {
    const POSTED = 'POST /threads/{t}/runs';
    it(`brings the run with its values, as JSON, once (${POSTED})`, async () => {
      const id = await newThread();
      const run = await server.client.runs.create(id, 'steps', { input: {}, webhook: receiver.url() });
      const { headers, body } = await receiver.next(run.run_id);
      expect(headers).toMatchObject({
        'content-type': 'application/json',
        'webhook-id': expect.any(String) as string,
      });
      expect(body).toMatchObject({
        run_id: run.run_id,
        thread_id: id,
        status: 'success',
        values: { n: 1 },
        run_ended_at: expect.any(String) as string,
      });
      expect(receiver.count(run.run_id)).toBe(1);
    });

    it(`brings the error of a run that failed, and the question of one that asks (${POSTED})`, async () => {
      const failed = await server.client.runs.create(await newThread(), 'failing', {
        input: {},
        webhook: receiver.url(),
      });
      expect((await receiver.next(failed.run_id)).body).toMatchObject({
        status: 'error',
        error: { error: 'RangeError', message: 'the tool broke' },
        values: { n: 1 },
      });
      const asks = await server.client.runs.create(null, 'gate', { input: {}, webhook: receiver.url() });
      expect((await receiver.next(asks.run_id)).body).toMatchObject({
        lifecycle: { state: 'awaiting_decision' },
        values: { n: 1, __interrupt__: [{ value: { ask: 'go?' } }] },
      });
    });
  });

  describe('a run that takes too long', () => {
    it('ends as timeout, with its values, says so everywhere, and has no more time because the server was killed (GET /threads/{t}/runs/{r}/stream)', async () => {
      const id = await newThread();
      const run = await held(id, 'timeout');
      const events = await collect(server.client.runs.joinStream(id, run.run_id));
      expect(events.at(-1)).toMatchObject({ event: 'error', data: { error: 'RunTimeout' } });
      expect(await server.client.runs.get(id, run.run_id)).toMatchObject({
        status: 'timeout',
        failure: { reason: 'timeout' },
      });
      expect(await server.client.threads.get(id)).toMatchObject({
        status: 'error',
        values: { path: ['before'] },
      });
      expect(await server.client.runs.join(id, run.run_id)).toMatchObject({
        __error__: { error: 'RunTimeout' },
      });
      latch.open('timeout');
      const other = await newThread();
      const cut = await held(other, 'timeout over a restart');
      await server.restart();
      await server.client.runs.join(other, cut.run_id);
      expect((await server.client.runs.get(other, cut.run_id)).status).toBe('timeout');
      latch.open('timeout over a restart');
      expect((await server.client.runs.get(id, run.run_id)).status).toBe('timeout');
      expect((await server.client.threads.get(id)).status).toBe('error');
    });
  });

  /** What is told of a thread and its last run, in three places. */
  const seen = async (id: string) => {
    const [run] = await server.client.runs.list(id);
    const { status, values } = await server.client.threads.get(id);
    const events = await collect(server.client.runs.joinStream(id, run?.run_id ?? ''));
    return { run: run?.status, status, values, last: events.at(-1)?.event };
  };

  it('keeps status, values and stream end consistent, whatever ended the run, also after a restart (GET /threads/{t}/runs/{r})', async () => {
    const ends: [string, Record<string, unknown>, string, string, unknown][] = [
      ['failing', { input: {} }, 'error', 'error', { n: 1 }],
      ['looping', { input: {}, config: { recursion_limit: 3 } }, 'error', 'error', { n: 3 }],
      ['gate', { input: {} }, 'success', 'interrupted', { n: 1 }],
      ['steps', { input: {} }, 'success', 'idle', { n: 1 }],
    ];
    const threads: string[] = [];
    for (const [graph, payload, run, status, values] of ends) {
      const id = await newThread();
      threads.push(id);
      await server.client.runs.wait(id, graph, { ...payload, raiseError: false });
      const shown = await seen(id);
      expect(shown).toMatchObject({ run, status, values });
      expect(shown.last).toBe(run === 'error' ? 'error' : 'values');
    }
    const before = await Promise.all(threads.map(seen));
    await server.restart();
    expect(await Promise.all(threads.map(seen))).toEqual(before);
  });

  it('keeps them consistent where a run was cancelled while it waited, or lost its assistant or its thread (DELETE /threads/{t})', async () => {
    await warm(); // it was just restarted
    const { client } = server;
    const waited = await newThread();
    const never = await client.runs.create(waited, 'steps', { input: {}, afterSeconds: 600 });
    await client.runs.cancel(waited, never.run_id);

    const { assistant_id: assistant } = await client.assistants.create({ graphId: 'slow' });
    const orphaned = await newThread();
    const cut = await client.runs.create(orphaned, assistant, { input: { url: latch.url('orphaned') } });
    await latch.reached('orphaned');
    await client.assistants.delete(assistant);
    await client.runs.join(orphaned, cut.run_id);

    const gone = await newThread();
    const lost = await held(gone, 'gone');
    const reader = collect(client.runs.joinStream(gone, lost.run_id));
    await client.threads.delete(gone);
    await reader; // it ends

    const shown = async () => ({
      waited: await seen(waited),
      orphaned: await seen(orphaned),
      gone: [
        (await refusalOf(server.client.threads.get(gone))).status,
        (await refusalOf(server.client.runs.get(gone, lost.run_id))).status,
        (await refusalOf(server.client.threads.getState(gone))).status,
      ],
    });
    const before = await shown();
    expect(before).toMatchObject({
      waited: { run: 'interrupted', status: 'idle', values: null },
      orphaned: { run: 'interrupted', status: 'interrupted', values: { path: ['before'] } },
      gone: [404, 404, 404],
    });
    await server.restart();
    expect(await shown()).toEqual(before);
    for (const place of ['orphaned', 'gone']) latch.open(place);
    expect(await server.client.runs.wait(waited, 'steps', { input: {} })).toMatchObject({ n: 1 });
    const runs = await server.client.runs.list(waited);
    expect(runs.map(({ status }) => status)).toEqual(['success', 'interrupted']);
  });

  drives(server, ['POST /threads/{t}/runs/{r}/cancel', 'POST /runs/cancel']);
});
