import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEventSink } from '../../src/engine/event-sink.ts';
import { LOG_START } from '../../src/model/run-event.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { run, thread } from '../storage/ports/records.ts';
import { deferred } from '../support/deferred.ts';
import { temporaryFolder } from '../support/server.ts';

describe("an attempt's events", () => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
  });
  afterAll(() => storage.close());

  const openSink = async (stored: () => Promise<void>, delayMs = 0) => {
    const created = run(thread().threadId);
    const { threadId, runId } = created;
    const lease = await storage.transaction(async (ledger) => {
      await ledger.threads.insert(thread({ threadId }));
      await ledger.runs.insert(created);
      return ledger.threads.claim({ threadId, runId, token: randomUUID(), owner: 'w', expiresAt: 1 });
    });
    const [written, failed] = [deferred<void>(), deferred<unknown>()];
    const sink = createEventSink({
      log: storage.events,
      lease: lease!,
      runId,
      delayMs,
      stored,
      onWritten: () => written.resolve(),
      onError: (error) => failed.resolve(error),
    });
    const readable = async () => {
      const events = await storage.events.read({ threadId, runId, after: LOG_START, limit: 10 });
      return events.map(({ event }) => event);
    };
    return { sink, readable, written: written.promise, failed: failed.promise };
  };

  it('are not readable before the step they tell of is stored: heard of, it is not done again', async () => {
    const [asked, stored] = [deferred<void>(), deferred<void>()];
    const { sink, readable, written } = await openSink(() => {
      asked.resolve();
      return stored.promise;
    });
    sink.add('updates', { step: 1 });
    await asked.promise;
    expect(await readable()).toEqual([]);
    stored.resolve();
    await written;
    expect(await readable()).toEqual(['updates']);
  });

  it('wait for others no longer than they may once somebody follows them, nor do those that come then', async () => {
    const { sink, readable, written } = await openSink(() => Promise.resolve(), 600_000);
    sink.add('updates', { step: 1 });
    sink.hurry(1);
    await written;
    sink.add('updates', { step: 2 });
    await expect.poll(readable).toEqual(['updates', 'updates']);
  });

  it('are kept for the end of the attempt when the step could not be stored', async () => {
    const { sink, readable, failed } = await openSink(() => Promise.reject(new Error('disk full')));
    sink.add('updates', { step: 1 });
    expect(await failed).toMatchObject({ message: 'disk full' });
    expect(await readable()).toEqual([]);
    expect(await sink.takeRest()).toMatchObject([{ seq: 1, event: 'updates' }]);
  });
});
