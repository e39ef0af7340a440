import { afterAll, beforeAll, expect, it } from 'vitest';
import { openPostgresStorage } from '../../../src/storage/postgres/open.ts';
import { openRedisCarriers } from '../../../src/storage/redis/open.ts';
import { startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { startRedis, type RedisServer } from '../../support/redis.ts';
import { deferred } from '../../support/deferred.ts';
import { run, thread } from './records.ts';
import { storagePorts } from './suite.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let databases = 0;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

const open = async (onError: (error: unknown) => void = () => {}) => {
  const url = `${redis.url}/${databases++}`;
  return openPostgresStorage({
    url: await postgres.newDatabase(),
    onError,
    carriers: (parts) => openRedisCarriers({ url, parts }),
  });
};

storagePorts('Postgres and Redis', () => open());

it('readers wait for what Redis holds when it does not answer for a moment', async () => {
  const unread = deferred<void>();
  let fallen = false;
  const storage = await open(() => fallen && unread.resolve());
  const { threadId } = thread();
  const created = run(threadId);
  const lease = await storage.transaction(async (ledger) => {
    await ledger.threads.insert(thread({ threadId }));
    await ledger.runs.insert(created);
    return ledger.threads.claim({
      threadId,
      runId: created.runId,
      token: 'token',
      owner: 'worker',
      expiresAt: Date.now() + 60_000,
    });
  });
  if (!lease) throw new Error('nobody else has it');
  const say = (numbers: number[]) => {
    const events = numbers.map((seq) => ({ seq, event: 'values', data: `"${seq}"`, ref: null }));
    return storage.events.append({ lease, runId: created.runId, events });
  };
  const readAfter = async (seq: number): Promise<number[]> => {
    const after = { fence: lease.fence, seq };
    const events = await storage.events.read({ threadId, after, limit: 10 });
    return events.map(({ cursor }) => cursor.seq);
  };
  await say([1, 2, 3]);
  redis.freeze();
  await say([4]);
  expect(await readAfter(3)).toEqual([4]);
  fallen = true;
  const reading = readAfter(1);
  await unread.promise;
  redis.thaw();
  expect(await reading).toEqual([2, 3, 4]);
  await storage.close();
});
