import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { useLatch } from './latch.ts';
import { refusal, useServer, type Answer } from './server.ts';
import { openStream, type Frame } from './sse.ts';

interface Made {
  run_id: string;
  thread_id: string;
  pause_id: string;
  stop_id: string;
  state: string;
  resume_token?: string;
}

describe('a request that comes again with its idempotency key', () => {
  const server = useServer({ config: LIGHT });
  const latch = useLatch();
  const newThread = async () => (await server.client.threads.create()).thread_id;
  const post = (path: string, body: unknown, key: string = randomUUID()) =>
    server.send('POST', path, body, { 'idempotency-key': key });
  const made = ({ status, json, text }: Answer): Made => {
    expect({ status, text }).toMatchObject({
      status: expect.toSatisfy((code: number) => code < 300) as number,
    });
    return json as Made;
  };
  /** Sent so often, one after the other or all at once. */
  const inTurn = async (...args: Parameters<typeof post>) => [await post(...args), await post(...args)];
  const atOnce = (...args: Parameters<typeof post>) => Promise.all([1, 2, 3].map(() => post(...args)));
  const runsOf = (threadId: string) => server.client.runs.list(threadId);
  const counted = async (threadId: string) =>
    (await server.client.threads.getState<{ n: number }>(threadId)).values.n;
  const count = (steps: number) => ({ assistant_id: 'steps', input: { steps } });
  /** A run that waits in its second step. */
  const held = async (place: string) => {
    const threadId = await newThread();
    const input = { url: latch.url(place) };
    const { run_id: runId } = await server.client.runs.create(threadId, 'slow', { input });
    await latch.reached(place);
    return { threadId, runId };
  };

  describe.each([
    ['in turn', inTurn],
    ['at the same instant', atOnce],
  ])('%s', (_, send) => {
    it.each(['reject', 'enqueue', 'interrupt', 'rollback'])(
      'is one run, whatever becomes of others on its thread: %s',
      async (strategy) => {
        const threadId = await newThread();
        const body = { ...count(2), multitask_strategy: strategy };
        const answers = (await send(`/threads/${threadId}/runs`, body, randomUUID())).map(made);
        expect(new Set(answers.map(({ run_id }) => run_id)).size).toBe(1);
        await server.client.runs.join(threadId, answers[0]!.run_id);
        expect([await counted(threadId), (await runsOf(threadId)).length]).toEqual([2, 1]);
      },
    );

    it('is one run on one new thread, and a batch is one batch', async () => {
      const key = randomUUID();
      const body = { ...count(2), on_completion: 'keep', metadata: { key } };
      const runs = (await send('/runs', body, key)).map(made);
      const batches = (await send('/runs/batch', [body, body], key)).map(
        (answer) => made(answer) as unknown as Made[],
      );
      expect(new Set(runs.map(({ run_id, thread_id }) => run_id + thread_id)).size).toBe(1);
      expect(new Set(batches.map((batch) => batch.map(({ run_id }) => run_id).join())).size).toBe(1);
      expect(new Set([...runs, ...batches.flat()].map(({ run_id }) => run_id)).size).toBe(3);
      for (const { thread_id, run_id } of [runs[0]!, ...batches[0]!])
        expect([await server.client.runs.join(thread_id, run_id)]).toMatchObject([{ n: 2 }]);
    });

    it('is one emergency stop', async () => {
      const body = { scope: { thread_id: (await held(randomUUID())).threadId }, reason: 'enough' };
      const stops = (await send('/emergency-stops', body, randomUUID())).map(made);
      expect(new Set(stops.map(({ stop_id }) => stop_id)).size).toBe(1);
      await server.send('POST', `/emergency-stops/${stops[0]!.stop_id}/release`);
      const listed = await server.send('GET', '/emergency-stops');
      expect(listed.json).toEqual([]);
      // The worker that had the run is ended after a second, and the steps of others with it.
      const stopped = async () =>
        (await server.send('GET', `/emergency-stops/${stops[0]!.stop_id}`)).json as { runs: object[] };
      await expect
        .poll(async () => (await stopped()).runs)
        .toEqual([expect.objectContaining({ confirmed: true })]);
    });

    it('is one pause of a scope', async () => {
      const body = { scope: { thread_id: await newThread() }, reason: 'maintenance' };
      const pauses = (await send('/pauses', body, randomUUID())).map(made);
      expect(new Set(pauses.map(({ pause_id }) => pause_id)).size).toBe(1);
      expect(pauses.filter(({ resume_token }) => resume_token !== undefined)).toHaveLength(1);
    });

    it('is one pause of a thread, also when that has been resumed meanwhile', async () => {
      const place = randomUUID();
      const { threadId, runId } = await held(place);
      const [path, key] = [`/threads/${threadId}/pause`, randomUUID()];
      const pauses = (await send(path, { reason: 'maintenance' }, key)).map(made);
      latch.open(place);
      await server.client.runs.join(threadId, runId);
      expect((await server.send('POST', `/threads/${threadId}/resume`, {})).status).toBe(202);
      const late = await post(path, { reason: 'maintenance' }, key);
      expect(late).toMatchObject({ status: 200, json: { state: 'resumed' } });
      expect(new Set([...pauses, made(late)].map(({ pause_id }) => pause_id)).size).toBe(1);
      await server.client.runs.join(threadId, runId);
      expect(latch.calls(place)).toHaveLength(1);
    });

    it('resumes a paused thread once, where a run was asked for that goes on', async () => {
      const place = randomUUID();
      const { threadId, runId } = await held(place);
      await server.send('POST', `/threads/${threadId}/pause`, { reason: 'maintenance' });
      latch.open(place);
      await server.client.runs.join(threadId, runId);
      const body = { assistant_id: 'slow', input: null, multitask_strategy: 'enqueue' };
      const answers = await send(`/threads/${threadId}/runs`, body, randomUUID());
      expect(answers.map((answer) => made(answer).run_id)).toEqual(answers.map(() => runId));
      await server.client.runs.join(threadId, runId);
      expect(await runsOf(threadId)).toHaveLength(1);
    });
  });

  it('joins the stream of its run from the beginning, and waits for its values', async () => {
    const [threadId, key, place] = [await newThread(), randomUUID(), randomUUID()];
    const body = { assistant_id: 'slow', input: { url: latch.url(place) } };
    const stream = () =>
      openStream(`${server.url}/threads/${threadId}/runs/stream`, {
        method: 'POST',
        headers: { 'idempotency-key': key },
        body: JSON.stringify(body),
      });
    const cut = await stream();
    const first = await cut.next();
    cut.leave();
    await latch.reached(place);
    const again = await stream();
    const waiting = post(`/threads/${threadId}/runs/wait`, body, key);
    latch.open(place);
    const seen: (Frame | undefined)[] = await again.rest();
    expect(seen[0]).toEqual(first);
    expect(seen.at(-1)?.data).toMatchObject({ path: ['before', 'wait', 'after'] });
    expect((await waiting).json).toMatchObject({ path: ['before', 'wait', 'after'] });
    expect(latch.calls(place)).toHaveLength(1);
  });

  it('is known after a kill -9, and answers what has ended since', async () => {
    const key = randomUUID();
    const asked = [
      [`/threads/${await newThread()}/runs/wait`, count(3)],
      ['/runs/wait', count(3)],
    ] as const;
    for (const [path, body] of asked) expect((await post(path, body, key)).json).toMatchObject({ n: 3 });
    await server.restart();
    for (const [path, body] of asked) expect((await post(path, body, key)).json).toMatchObject({ n: 3 });
  });

  it.each([
    { route: '/threads/:id/runs', asked: [count(1), count(2)] },
    { route: '/runs', asked: [count(1), count(2)] },
    { route: '/runs/batch', asked: [[count(1)], [count(1), count(2)]] },
    { route: '/pauses', asked: [{ reason: 'a' }, { reason: 'b' }] },
    { route: '/emergency-stops', asked: [{ reason: 'a' }, { reason: 'b' }] },
  ])('is refused when another request had the key: $route', async ({ route, asked }) => {
    const [thread_id, key] = [await newThread(), randomUUID()];
    const send = (body: object) =>
      post(route.replace(':id', thread_id), 'reason' in body ? { ...body, scope: { thread_id } } : body, key);
    const [first, other] = [await send(asked[0]!), await send(asked[1]!)];
    made(first);
    expect(refusal(other)).toEqual({ status: 422, code: 'idempotency_key_reused', field: 'Idempotency-Key' });
  });

  it('is the same whatever the order of its fields, and whether the key is quoted', async () => {
    const [threadId, key] = [await newThread(), randomUUID()];
    const { assistant_id, input } = count(1);
    const one = made(await post(`/threads/${threadId}/runs`, { assistant_id, input }, key));
    const other = made(await post(`/threads/${threadId}/runs`, { input, assistant_id }, `"${key}"`));
    expect(other.run_id).toBe(one.run_id);
    const elsewhere = made(await post(`/threads/${await newThread()}/runs`, { assistant_id, input }, key));
    expect(elsewhere.run_id).not.toBe(one.run_id);
  });

  it('starts a new run once the one that the key made was deleted', async () => {
    const [threadId, key] = [await newThread(), randomUUID()];
    const path = `/threads/${threadId}/runs`;
    const { run_id } = made(await post(path, count(1), key));
    await server.client.runs.join(threadId, run_id);
    await server.client.runs.delete(threadId, run_id);
    made(await post(path, count(2), key));
    expect(await runsOf(threadId)).toHaveLength(1);
  });

  it.each([
    ['empty', ''],
    ['empty between quotes', '""'],
    ['longer than 200 characters', 'k'.repeat(201)],
    ['two keys', 'one, two'],
    ['two quoted keys', '"one", "two"'],
    ['no text', '"no end'],
  ])('is refused when the key is %s', async (_, key) => {
    const threadId = await newThread();
    const refused = await post(`/threads/${threadId}/runs`, count(1), key);
    expect(refusal(refused)).toEqual({ status: 422, code: 'invalid_request', field: 'Idempotency-Key' });
    expect(await runsOf(threadId)).toEqual([]);
  });
});
