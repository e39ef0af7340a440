import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startRedis, type RedisServer } from '../support/redis.ts';
import { startCluster, type ApiNode, type Cluster } from './cluster.ts';
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
