import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { until } from '../crash/crash-server.ts';
import { startTroubleServer, spentEachTime, type TroubleServer } from './trouble-server.ts';
import type { Trouble } from './graphs/trouble.ts';

let server: TroubleServer;

const start = async (env: Record<string, string> = {}, config?: string): Promise<void> => {
  server = await startTroubleServer({ HOLDPOINT_WORKER_BLOCKED_MS: '2000', ...env }, undefined, config);
};

/** As their author wrote them: what is said of them is to name that file. */
const TYPESCRIPT = fileURLToPath(new URL('graphs/langgraph.json', import.meta.url));

afterEach(() => server.kill());

/** Where the API is held to its times; a machine that does much else cannot be. */
const TIMED = process.env['HOLDPOINT_LONG'] === '1';

/** Milliseconds the API takes for a small request, asked again and again until `end`. */
const latenciesUntil = async (end: Promise<unknown>): Promise<number[]> => {
  const taken: number[] = [];
  let over = false;
  const stop = (): void => void (over = true);
  void end.then(stop, stop);
  while (!over) {
    const before = performance.now();
    await fetch(`${server.url}/ok?check_db=1`);
    taken.push(performance.now() - before);
    await new Promise((resolve) => setTimeout(resolve, TIMED ? 10 : 50));
  }
  return taken.sort((a, b) => a - b);
};

/** Each time another worker has to start, beside those of other tests. */
const PATIENT = { timeout: 600_000 };

describe('a worker whose event loop stands still', PATIENT, () => {
  it('is replaced; only the run that blocks it spends attempts, until it has none; the API answers meanwhile', async () => {
    await start({ HOLDPOINT_MAX_ATTEMPTS: '2' }, TYPESCRIPT);
    const others = await Promise.all([1, 2, 3, 4].map(() => server.launch('steps', { steps: 5, ms: 1000 })));
    for (const { threadId } of others) await until(() => server.effects(threadId).length > 0);
    const blocking = await server.trouble('spin');
    const end = server.ended(blocking);
    const latencies = await latenciesUntil(end);
    const run = await end;
    expect(run).toMatchObject({ state: 'error', attempt: 2, spent: 2 });
    expect(run.failure).toMatchObject({ reason: 'attempts_exhausted' });
    expect(run.failure?.message).toMatch(/stood still for 2000 ms at spinForEver .*trouble\.ts:\d+/);
    expect(await server.lastEvent(blocking)).toMatchObject({
      event: 'error',
      data: { error: 'AttemptsExhausted', message: run.failure?.message },
    });
    const [p50 = NaN, p99 = NaN] = [0.5, 0.99].map((part) => latencies[Math.floor(latencies.length * part)]);
    console.log(`the API answered ${latencies.length} times: p50 ${p50} ms, p99 ${p99} ms`);
    expect(p50).toBeLessThan(TIMED ? 50 : 2000); // it never waits for the worker, which stands still that long
    expect(p99).toBeLessThan(TIMED ? 500 : Infinity);
    for (const other of others) {
      expect(await server.ended(other)).toMatchObject({ state: 'success' });
      const spent = await spentEachTime(server, other);
      expect(spent.length).toBeGreaterThan(0); // it was in flight when the worker stood still, at least once
      expect(new Set(spent)).toEqual(new Set([0]));
    }
  });

  it('names the run that did it, however it was done, and no other of the many in flight spends an attempt', async () => {
    await start({ HOLDPOINT_MAX_ATTEMPTS: '1', NODE_OPTIONS: '--max-old-space-size=256' });
    const others = await Promise.all(
      [1, 2, 3, 4].map(() => server.launch('steps', { steps: 1, ms: 60_000 })),
    );
    const troubles: [Trouble, RegExp][] = [
      ['spinLater', /stood still .* at spinForEver/],
      ['spinInCallback', /stood still .* at spinForEver/],
      ['waitNatively', /stood still .* at (?:Atomics\.)?wait /],
      ['runProgram', /stood still .* at .*runProgram/],
      ['exitLater', /process\.exit\(3\) was called at .*exitLater/],
      ['hog', /out of memory at .*trouble/],
      ['hogAtOnce', /(?:out of memory|stood still for 2000 ms) at /],
      ['killedAtWork', /killed by SIGKILL while its event loop stood still at spinUntilAsked/],
      ['throwOutside', /uncaught Error: thrown outside of every promise at/],
      ['throwMuch', /uncaught Error: \[redacted\] is wrong: x{10000,20000}… \(\d+ more characters\)/],
    ];
    for (const [what, reason] of troubles) {
      const run = await server.ended(await server.trouble(what));
      expect(run).toMatchObject({ state: 'error', attempt: 1, failure: { reason: 'attempts_exhausted' } });
      expect(run.failure?.message).toMatch(reason);
    }
    // A state update runs the graph's reducers.
    const { thread_id: threadId } = await server.client.threads.create({ graphId: 'trouble' });
    await server.client.runs.wait(threadId, 'trouble', { input: { what: 'stray' } });
    const update = server.client.threads.updateState(threadId, { values: { reduced: 'doze' } });
    await expect(update).rejects.toThrow('503');
    for (const other of others) {
      await expect
        .poll(async () => (await spentEachTime(server, other)).length)
        .toBeGreaterThan(troubles.length);
      expect(new Set(await spentEachTime(server, other))).toEqual(new Set([0]));
    }
  });

  it('was building a graph that a function makes: the API, which never calls it, answers meanwhile', async () => {
    await start();
    const { client, url } = server;
    const built = async (building: string) => {
      const config = { configurable: { building } };
      const { assistant_id: id } = await client.assistants.create({ graphId: 'made', config });
      return fetch(`${url}/assistants/${id}/graph`);
    };
    const thrown = await built('throw');
    expect(thrown.status).toBe(503);
    expect(await thrown.json()).toMatchObject({
      code: 'graph_load_failed',
      message: expect.stringContaining('nothing to build with'),
    });
    const dozing = built('doze');
    const latencies = await latenciesUntil(dozing);
    expect(latencies.length).toBeGreaterThan(5);
    const answer = await dozing;
    expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await answer.json()).toMatchObject({ code: 'worker_unavailable' });
    expect((await client.assistants.getGraph('made')).nodes.map(({ id }) => id)).toContain('trouble');
  });

  it('spends an attempt of each run that made no progress when nobody can be named', async () => {
    await start({ HOLDPOINT_MAX_ATTEMPTS: '2' });
    const stuck = await server.launch('steps', { steps: 1, ms: 600_000 });
    const stepping = await server.launch('steps', { steps: 20, ms: 400 });
    // The first attempt stored its input, which counts as progress.
    for (const attempt of [1, 2, 3]) {
      const before = server.effects(stepping.threadId).length;
      await until(() => server.effects(stuck.threadId).length === attempt);
      await until(() => server.effects(stepping.threadId).length > before + 1);
      process.kill(await server.worker(), 'SIGKILL');
    }
    expect(await server.ended(stuck)).toMatchObject({ state: 'error', spent: 2 });
    expect(await spentEachTime(server, stuck)).toEqual([0, 1, 2]);
    expect(await server.ended(stepping)).toMatchObject({ state: 'success' });
    expect(new Set(await spentEachTime(server, stepping))).toEqual(new Set([0]));
  });
});

describe('an edit of state that is answered too late', PATIENT, () => {
  const editable = async (): Promise<string> => {
    const { thread_id: threadId } = await server.client.threads.create({ graphId: 'trouble' });
    await server.client.runs.wait(threadId, 'trouble', { input: { what: 'stray' } });
    return threadId;
  };
  const edit = (threadId: string, reduced: string) =>
    server.client.threads.updateState(threadId, { values: { reduced }, asNode: 'trouble' });

  it('is not made by the worker that comes to it then, and does not keep the thread when the graph hangs', async () => {
    await start({ HOLDPOINT_CALL_TIMEOUT_MS: '2000', HOLDPOINT_WORKER_BLOCKED_MS: '60000' });
    const { client } = server;
    const threadId = await editable();
    const busy = await server.trouble('dozeAWhile');
    await until(() => server.effects(busy.threadId).length > 0);
    await expect(edit(threadId, 'late')).rejects.toThrow('503');
    await server.ended(busy);
    await expect(edit(threadId, 'hang')).rejects.toThrow('503');
    const run = await client.runs.create(threadId, 'trouble', { input: { what: 'stray' } });
    expect(await server.ended({ threadId, runId: run.run_id })).toMatchObject({ state: 'success' });
    expect((await client.threads.get(threadId)).values).toMatchObject({ reduced: '' });
  });
});

describe('a worker that is stopped as a whole', PATIENT, () => {
  it('is killed and replaced by the server', async () => {
    await start();
    const run = await server.launch('steps', { steps: 3, ms: 300 });
    process.kill(await server.worker(), 'SIGSTOP');
    expect(await server.ended(run)).toMatchObject({ state: 'success' });
    expect(server.workers()).toHaveLength(2);
  });
});
