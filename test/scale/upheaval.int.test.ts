import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { BACKEND } from '../support/backend.ts';
import { eventually, startCluster, type ApiNode, type Cluster, type NodeProcess } from './cluster.ts';
import { startProxy, type Proxy } from './proxy.ts';
import { judge, NOTHING_LOST, startLoad, STEPS } from './load.ts';

let cluster: Cluster;
let one: ApiNode;
let other: ApiNode;
let workers: NodeProcess;
beforeAll(async () => {
  cluster = await startCluster();
  [one, other, workers] = await Promise.all([cluster.api(), cluster.api(), cluster.workers()]);
});
afterAll(() => cluster.stop());

const names = (count: number) => Array.from({ length: count }, (_, i) => `step-${i + 1}`);
const done = (threadId: string) => cluster.effects(threadId).map(({ what }) => what);

/** Follows a run of so many steps at this node, and answers the steps it was told of. */
const follow = async (api: ApiNode, steps: number): Promise<{ threadId: string; told: string[] }> => {
  const threadId = crypto.randomUUID();
  const told: string[] = [];
  const stream = api.client.runs.stream(threadId, 'steps', {
    input: { steps, ms: 150 },
    streamMode: 'updates',
    ifNotExists: 'create',
  });
  for await (const { event, data } of stream)
    if (event === 'updates') told.push(...(data as { step: { trail: string[] } }).step.trail);
  return { threadId, told };
};

it('a rolling restart of all workers under load loses nothing, repeats nothing, and every stream goes on', async () => {
  const load = startLoad(() => [one, other], 3);
  const streams = [one, other, one].map((api) => follow(api, 24));
  for (let round = 0; round < 2; round++) {
    const next = await cluster.workers();
    await workers.kill('SIGTERM');
    workers = next;
  }
  for (const { threadId, told } of await Promise.all(streams)) {
    expect(told).toEqual(names(24));
    expect(done(threadId)).toEqual(names(24));
  }
  await load.stop();
  expect(await judge(cluster, load)).toMatchObject(NOTHING_LOST);
  for (const threadId of load.accepted.keys())
    expect(done(threadId)).toEqual(names(STEPS).flatMap((name) => [name, `paid ${name}`]));
});

it('the queue of a worker that drains goes to the others at once', async () => {
  const crowded = await cluster.workers({ HOLDPOINT_CONCURRENCY: '1' });
  const shown = (await one.send('GET', '/workers')).json as { slots: number }[];
  expect(shown.map(({ slots }) => slots)).toContain(1);
  await workers.kill('SIGTERM');
  const waiting = await Promise.all(Array.from({ length: 6 }, () => one.client.threads.create()));
  const runs = await Promise.all(
    waiting.map(async ({ thread_id: threadId }) => {
      await one.client.runs.create(threadId, 'steps', { input: { steps: 3, ms: 400 } });
      return threadId;
    }),
  );
  await eventually(() => runs.some((threadId) => done(threadId).length > 0));
  workers = await cluster.workers();
  await crowded.kill('SIGTERM');
  await eventually(() => runs.every((threadId) => done(threadId).length === 3));
  for (const threadId of runs) expect(done(threadId)).toEqual(names(3));
});

it('a client whose API node is killed goes on at another and misses nothing', async () => {
  const doomed = await cluster.api();
  const threadId = crypto.randomUUID();
  const seen: number[] = [];
  let last = '';
  let runId = '';
  const stream = doomed.client.runs.stream(threadId, 'tokens', {
    input: { events: 80, everyMs: 20 },
    streamMode: 'custom',
    ifNotExists: 'create',
    onRunCreated: ({ run_id: id }) => (runId = id),
  });
  const cut = (async () => {
    for await (const chunk of stream) {
      const { id, event, data } = chunk as typeof chunk & { id?: string };
      if (id !== undefined) last = id;
      if (event !== 'custom') continue;
      seen.push((data as { n: number }).n);
      if (seen.length === 25) void doomed.kill('SIGKILL');
    }
  })();
  await expect(cut).rejects.toThrow();
  const rest = other.client.runs.joinStream(threadId, runId, { lastEventId: last });
  for await (const { event, data } of rest) if (event === 'custom') seen.push((data as { n: number }).n);
  expect(seen).toEqual(Array.from({ length: 80 }, (_, i) => i + 1));
});

/** Nothing that is said in the database comes to them; with Redis signals go another way. */
describe.skipIf(BACKEND === 'redis')('workers that hear no signal at all', () => {
  let proxy: Proxy;
  beforeAll(async () => {
    proxy = await startProxy({ port: cluster.postgres.port, deaf: true });
    const silent = new URL(cluster.url);
    silent.port = String(proxy.port);
    const env = { HOLDPOINT_DATABASE_SESSION_URL: silent.href, HOLDPOINT_RENEW_MS: '500' };
    await workers.kill('SIGTERM');
    workers = await cluster.workers(env);
  });
  afterAll(() => proxy.close());

  const begun = async (input: Record<string, unknown>) => {
    const { thread_id: threadId } = await one.client.threads.create();
    const { run_id: runId } = await one.client.runs.create(threadId, 'steps', { input });
    await eventually(() => done(threadId).length > 0);
    return { threadId, runId };
  };
  const state = async ({ threadId }: { threadId: string }) => {
    const { json } = await other.send('GET', `/threads/${threadId}`);
    return (json as { lifecycle: { state: string } }).lifecycle.state;
  };

  it('take runs all the same, and obey a pause, a cancel and an emergency stop', async () => {
    const [paused, cancelled, stopped] = await Promise.all([
      begun({ steps: 20, ms: 300 }),
      begun({ steps: 1, ms: 60_000 }),
      begun({ steps: 1, ms: 60_000 }),
    ]);
    await one.send('POST', `/threads/${paused.threadId}/pause`, { reason: 'look' });
    await one.send('POST', `/threads/${cancelled.threadId}/runs/${cancelled.runId}/cancel`);
    const scope = { thread_id: stopped.threadId };
    await one.send('POST', '/emergency-stops', { scope, reason: 'enough' });
    await eventually(async () => (await state(paused)) === 'paused');
    expect(done(paused.threadId).length).toBeLessThan(20);
    await eventually(async () => (await state(cancelled)) === 'cancelled');
    await eventually(async () => (await state(stopped)) === 'stopped');
  });
});
