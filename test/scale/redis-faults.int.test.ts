import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it, onTestFailed } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { childrenOf, eventually, startCluster, type ApiNode, type Cluster } from './cluster.ts';
import { judge, NOTHING_LOST, startLoad } from './load.ts';

const LONG = process.env['HOLDPOINT_LONG'] === '1';
/** How long Redis is gone. */
const GONE_MS = LONG ? 60_000 : 6000;

let cluster: Cluster;
let redis: RedisServer;
let api: ApiNode;
beforeAll(async () => {
  redis = await startRedis();
  cluster = await startCluster({ env: { HOLDPOINT_REDIS_URL: `${redis.url}/1` } });
  [api] = await Promise.all([cluster.api(), cluster.workers(), cluster.workers()]);
});
afterAll(async () => {
  await cluster.stop();
  await redis.stop();
});

it(
  'runs go on when Redis is flushed, killed, gone for a while and back, empty',
  { timeout: 300_000 },
  async () => {
    const load = startLoad(() => [api], 4);
    const client = new Redis(redis.url);
    await sleep(3000);
    await client.flushall();
    await sleep(2000);
    client.disconnect();
    const before = load.accepted.size;
    await redis.kill();
    await sleep(GONE_MS);
    expect(load.accepted.size).toBeGreaterThan(before);
    await redis.start();
    await sleep(3000);
    await load.stop();
    const verdict = await judge(cluster, load);
    console.log(`${verdict.acceptedRuns} runs, ${verdict.repeatedSteps} steps repeated`);
    expect(verdict).toMatchObject(NOTHING_LOST);
  },
);

it(
  'a stream that began before Redis was lost goes on, without what only Redis had',
  { timeout: 120_000 },
  async () => {
    const threadId = crypto.randomUUID();
    const seen: number[] = [];
    const stream = api.client.runs.stream(threadId, 'tokens', {
      input: { events: 100, everyMs: 40 },
      streamMode: 'custom',
      ifNotExists: 'create',
    });
    for await (const { event, data } of stream) {
      if (event !== 'custom') continue;
      seen.push((data as { n: number }).n);
      // What was read is not needed any more, and what comes goes elsewhere.
      if (seen.length === 40) await redis.kill();
    }
    await redis.start();
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    const numbers = Array.from({ length: 100 }, (_, i) => i + 1);
    expect(seen).toEqual(expect.arrayContaining(numbers.filter((n) => n <= 40 || n > 60)));
  },
);

describe('nodes that start while Redis is gone', () => {
  it(
    'run what there is, replace their workers, and use Redis once it is there',
    { timeout: 180_000 },
    async () => {
      await redis.kill();
      const other = await startCluster({
        postgres: cluster.postgres,
        env: { HOLDPOINT_REDIS_URL: `${redis.url}/2`, HOLDPOINT_WORKER_MAX_RUNS: '2' },
      });
      onTestFailed(() => console.log(other.said()));
      const [node, workers] = await Promise.all([other.api(), other.workers()]);
      const done = () => node.client.runs.wait(null, 'steps', { input: { steps: 1 } });
      for (let run = 1; run <= 3; run++) expect(await done()).toMatchObject({ trail: ['step-1'] });
      for (const pid of childrenOf(workers)) process.kill(pid, 'SIGKILL');
      expect(await done()).toMatchObject({ trail: ['step-1'] });
      expect((await node.send('GET', '/ok?check_db=1')).json).toMatchObject({
        dependencies: { redis: 'unreachable' },
      });
      expect(node.output().match(/"message":"Redis cannot be reached/g)).toHaveLength(1);

      await redis.start();
      const client = new Redis(`${redis.url}/2`);
      const listed = () => client.call('client', 'list') as Promise<string>;
      await eventually(async () => /db=2 .*cmd=bzpopmin/.test(await listed()));
      await eventually(async () => Number((await client.pubsub('NUMSUB', 'holdpoint:signals:2'))[1]) >= 3);
      const { thread_id: threadId } = await node.client.threads.create();
      const said = node.client.runs.stream(threadId, 'tokens', {
        input: { events: 20, everyMs: 20 },
        streamMode: 'custom',
      });
      const streamed = new Set<string>();
      for await (const _event of said)
        for (const key of await client.keys('holdpoint:events:*')) streamed.add(key);
      expect([...streamed]).toContain(`holdpoint:events:${threadId}`);
      client.disconnect();
      expect(other.crashed).toEqual([]);
      await other.stop();
    },
  );

  it('do not start with a password that Redis refuses, and say so', { timeout: 60_000 }, async () => {
    const client = new Redis(redis.url);
    await client.config('SET', 'requirepass', 'right');
    const wrong = { HOLDPOINT_REDIS_URL: redis.url.replace('//', '//:wrong@') };
    await expect(cluster.api(wrong)).rejects.toThrow(/^holdpoint: HOLDPOINT_REDIS_URL.*WRONGPASS/m);
    await expect(cluster.workers({ HOLDPOINT_REDIS_URL: redis.url })).rejects.toThrow(
      /^holdpoint: HOLDPOINT_REDIS_URL.*NOAUTH/m,
    );
    await client.config('SET', 'requirepass', '');
    client.disconnect();
  });
});
