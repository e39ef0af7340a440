import { expect, it } from 'vitest';
import { threadPruner } from '../../src/composition/thread-upkeep.ts';
import { createExpireThreads } from '../../src/lifecycle/expire-threads.ts';
import { ttlFrom } from '../../src/model/thread.ts';
import { AT } from '../storage/ports/records.ts';
import { openLifecycle } from './bench.ts';

it('lets threads live for any fraction of a minute, up to a whole millisecond, as Postgres keeps it', () => {
  expect(ttlFrom(7, { strategy: 'delete', minutes: 2.0000001 }).expiresMs).toBe(7 + 120_001);
});

it('prunes threads that are due although the graph of another is gone', async () => {
  const { deps, storage, newThread } = await openLifecycle();
  const dueMs = Date.parse(AT) + 60_000;
  const ttl = { strategy: 'keep_latest', minutes: 1, expiresMs: dueMs } as const;
  await newThread({ graphId: 'gone', ttl });
  const threadId = await newThread({ graphId: 'agent', ttl });
  const standsAlone = ({ graphId }: { graphId: string }) =>
    graphId === 'gone' ? Promise.reject(new Error('no graph')) : Promise.resolve(true);
  const pruneThreads = threadPruner({ lifecycle: deps, reads: { standsAlone } });
  await createExpireThreads({ ...deps, pruneThreads })(dueMs);
  expect(await storage.threads.toPrune(dueMs)).toEqual([]);
  expect((await storage.threads.get(threadId))?.ttl?.expiresMs).toBe(dueMs + 60_000);
  await storage.close();
});
