import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import { createLedgerQueue } from '../../src/storage/embedded/run-queue.ts';
import type { Handled, RunJob, RunQueue, Storage } from '../../src/storage/ports.ts';
import { deferred } from '../support/deferred.ts';
import { temporaryFolder } from '../support/server.ts';
import { offeredRun } from './ports/records.ts';

/** Nobody looks because time has passed: the clock of the intervals stands still. */
describe('the queue in the ledger, between its looks by time', () => {
  let storage: Storage;
  let queue: RunQueue;
  let looks: number;
  beforeEach(async () => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
    looks = 0;
    const due: Storage['runs']['due'] = (limit) => {
      looks++;
      return storage.runs.due(limit);
    };
    const onError = (error: unknown): void => expect.fail(String(error));
    queue = createLedgerQueue({ runs: { ...storage.runs, due }, signals: storage.signals, onError });
  });
  afterEach(async () => {
    await storage.close();
    vi.useRealTimers();
  });

  const offered = (): Promise<RunJob> => offeredRun(storage);
  const end = async ({ runId }: RunJob): Promise<Handled> => {
    await storage.transaction((l) => l.runs.move({ runId, from: 'pending', to: 'cancelled', at: '2026' }));
    return 'done';
  };

  it('takes what came while it had no room, as soon as it has', async () => {
    await offered();
    const begun = deferred<void>();
    const finish = deferred<void>();
    const both = deferred<void>();
    let taken = 0;
    const consumer = queue.consume({
      concurrency: 1,
      handle: async (job) => {
        if (++taken === 2) both.resolve();
        const ended = await end(job);
        begun.resolve();
        await finish.promise;
        return ended;
      },
    });
    await begun.promise;
    await queue.announce(await offered());
    finish.resolve();
    await both.promise;
    await consumer.close();
    expect(await storage.runs.countDue()).toBe(0);
  });

  it('takes what it had no room for when it looked', async () => {
    for (let i = 0; i < 3; i++) await offered();
    const all = deferred<void>();
    let taken = 0;
    const consumer = queue.consume({
      concurrency: 2,
      handle: (job) => {
        if (++taken === 3) all.resolve();
        return end(job);
      },
    });
    await all.promise;
    await consumer.close();
    expect(await storage.runs.countDue()).toBe(0);
  });

  it('looks again at a run that waits, and not because one ended that had nothing behind it', async () => {
    const job = await offered();
    const done = deferred<void>();
    const ends: Handled[] = ['waits', 'done'];
    const consumer = queue.consume({
      concurrency: 10,
      handle: async () => {
        const [next = 'done'] = ends.splice(0, 1);
        if (next === 'done') await end(job).finally(done.resolve);
        return next;
      },
    });
    await done.promise;
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    await consumer.close();
    expect(looks).toBe(2);
  });
});
