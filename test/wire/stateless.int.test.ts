import { Client, type Run } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { drives } from './rows.ts';
import { collect, refusal, refusalOf, useServer } from './server.ts';

describe('runs that bring their own thread', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const threads = (metadata: Record<string, unknown>) => server.client.threads.search({ metadata });

  it('POST /runs/wait: answers the values, and the thread is gone', async () => {
    const told: { run_id: string; thread_id?: string }[] = [];
    const result = await server.client.runs.wait(null, 'steps', {
      input: { steps: 3 },
      onRunCreated: (it: { run_id: string }) => told.push(it),
    });
    expect(result).toMatchObject({ n: 3 });
    expect(told).toEqual([{ run_id: expect.any(String) as string }]);
    const run = await server.send('GET', `/runs/${told[0]?.run_id}/join`);
    expect(run.json).toMatchObject({ n: 3 });
    expect(await threads({ graph_id: 'steps' })).toEqual([]);
  });

  it('POST /runs: goes on in the background, and keeps its thread when told to', async () => {
    const kept = await server.client.runs.create(null, 'steps', { input: {}, onCompletion: 'continue' });
    const gone = await server.client.runs.create(null, 'steps', { input: {} });
    expect((gone as Run & { kwargs: object }).kwargs).toMatchObject({ on_completion: 'delete' });
    for (const { run_id, thread_id } of [kept, gone]) await server.client.runs.join(thread_id, run_id);
    expect((await server.client.threads.get(kept.thread_id)).values).toMatchObject({ n: 1 });
    expect(await refusalOf(server.client.threads.get(gone.thread_id))).toMatchObject({ status: 404 });
    expect(
      refusal(await server.send('POST', `/threads/${gone.thread_id}/runs`, { assistant_id: 'steps' })),
    ).toMatchObject({ status: 404 });
  });

  it('POST /runs/stream and GET /runs/{r}/stream: the stream can be joined again after the end', async () => {
    let runId = '';
    const stream = server.client.runs.stream(null, 'steps', {
      input: { steps: 2 },
      streamMode: 'updates',
      onRunCreated: ({ run_id }) => (runId = run_id),
    });
    const seen = await collect(stream);
    expect(seen.map(({ event }) => event)).toEqual(['metadata', 'updates', 'updates']);
    const again = await collect(server.client.runs.joinStream(null, runId));
    expect(again.map(({ event, data }) => ({ event, data }))).toEqual(
      seen.map(({ event, data }) => ({ event, data })),
    );
    await server.restart();
    expect((await collect(server.client.runs.joinStream(null, runId))).length).toBe(3);
  });

  it('POST /runs: a run that fails or is cancelled takes its thread along', async () => {
    const failed = await server.client.runs.create(null, 'failing', { input: {} });
    await server.client.runs.join(failed.thread_id, failed.run_id);
    const input = { url: latch.url('stateless') };
    const held = await server.client.runs.create(null, 'slow', { input });
    await latch.reached('stateless');
    expect((await server.client.threads.get(held.thread_id)).status).toBe('busy');
    await server.client.runs.cancel(held.thread_id, held.run_id, true);
    for (const { thread_id } of [failed, held])
      expect(await refusalOf(server.client.threads.get(thread_id))).toMatchObject({ status: 404 });
  });

  it('POST /runs/wait: keeps the thread of a question until it is answered', async () => {
    const run = await server.client.runs.create(null, 'gate', { input: {} });
    await server.client.runs.join(run.thread_id, run.run_id);
    expect((await server.client.threads.get(run.thread_id)).status).toBe('interrupted');
    const result = await server.client.runs.wait(run.thread_id, 'gate', { command: { resume: 'yes' } });
    expect(result).toMatchObject({ decision: 'yes', n: 2 });
    expect(await refusalOf(server.client.threads.get(run.thread_id))).toMatchObject({ status: 404 });
  });

  it('POST /runs/wait: is cancelled with its connection when told to', async () => {
    const controller = new AbortController();
    const input = { url: latch.url('disconnect') };
    let told = (_id: string): void => {};
    const created = new Promise<string>((resolve) => (told = resolve));
    const waiting = server.client.runs
      .wait(null, 'slow', {
        input,
        onDisconnect: 'cancel',
        signal: controller.signal,
        metadata: { mine: 'disconnect' },
      })
      .catch(() => told('gone'));
    await latch.reached('disconnect');
    controller.abort();
    await waiting;
    await created;
    await expect.poll(async () => (await threads({ graph_id: 'slow' })).length, { timeout: 60_000 }).toBe(0);
  });

  describe('POST /runs/batch', () => {
    it('starts each on a thread of its own', async () => {
      const runs = await server.client.runs.createBatch([
        { assistantId: 'steps', input: { steps: 1 } },
        { assistantId: 'steps', input: { steps: 2 } },
      ]);
      expect(new Set(runs.map(({ thread_id }) => thread_id)).size).toBe(2);
      const results = await Promise.all(
        runs.map(({ thread_id, run_id }) => server.client.runs.join(thread_id, run_id)),
      );
      expect(results).toMatchObject([{ n: 1 }, { n: 2 }]);
    });

    it('starts none when one of them cannot be', async () => {
      const before = await server.client.threads.count();
      const body = [{ assistant_id: 'gate', input: {}, on_completion: 'keep' }, { assistant_id: 'nobody' }];
      expect(refusal(await server.send('POST', '/runs/batch', body))).toMatchObject({ status: 404 });
      expect(await server.client.threads.count()).toBe(before);
    });

    it('is done after the server was killed in the middle of it', async () => {
      const input = { url: latch.url('batch') };
      const payloads = ['a', 'b', 'c'].map((tag) => ({ assistantId: 'slow', input: { ...input, tag } }));
      const runs = await server.client.runs.createBatch(payloads);
      await latch.reached('batch');
      await server.restart();
      latch.open('batch');
      const client = new Client({ apiUrl: server.url, apiKey: null });
      const results = await Promise.all(runs.map((run) => client.runs.join(run.thread_id, run.run_id)));
      expect(results).toMatchObject(
        ['a', 'b', 'c'].map((tag) => ({ tag, path: ['before', 'wait', 'after'] })),
      );
    });
  });

  drives(server, [
    'POST /runs',
    'POST /runs/stream',
    'POST /runs/wait',
    'POST /runs/batch',
    'GET /runs/{r}/stream',
  ]);
});
