import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LeaseLostError } from '../../../src/model/errors.ts';
import type { PartialOutput } from '../../../src/model/partial-output.ts';
import { LOG_START, type NewRunEvent } from '../../../src/model/run-event.ts';
import type { RunJob, Storage } from '../../../src/storage/ports.ts';
import { deferred } from '../../support/deferred.ts';
import { AT, offeredRun, run, thread } from './records.ts';
import type { OpenStorage } from './suite.ts';

const event = (seq: number, data = `{"n":${seq}}`): NewRunEvent => ({
  seq,
  event: 'custom',
  data,
  ref: null,
});

/** What every backend's `EventLog`, `RunQueue` and `SignalBus` must do. */
export const eventSuite = (open: OpenStorage): void => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  const claimed = async () => {
    const created = run(thread().threadId);
    const { threadId, runId } = created;
    const lease = await storage.transaction(async (ledger) => {
      await ledger.threads.insert(thread({ threadId }));
      await ledger.runs.insert(created);
      return ledger.threads.claim({ threadId, runId, token: randomUUID(), owner: 'w', expiresAt: 1 });
    });
    return { threadId, runId, lease: lease! };
  };

  describe('partial outputs', () => {
    it('are the last that was kept of a thread, until nothing is, and only by its owner', async () => {
      const { threadId, runId, lease } = await claimed();
      const output = (...texts: string[]): PartialOutput => ({
        threadId,
        runId,
        attempt: 1,
        messages: texts.map((text) => ({ node: null, checkpointNs: 'model:1', text })),
        updatedAt: AT,
      });
      expect(await storage.partials.get(threadId)).toBeUndefined();
      await storage.partials.save(output('a'), lease);
      await storage.partials.save(output('a \u0000 \ud800 😀', 'b'), lease);
      expect(await storage.partials.get(threadId)).toEqual(output('a \u0000 \ud800 😀', 'b'));
      const stale = { ...lease, token: randomUUID() };
      await expect(storage.partials.save(output(), stale)).rejects.toThrow(LeaseLostError);
      expect(await storage.partials.get(threadId)).toBeDefined();
      await storage.partials.save(output(), lease);
      expect(await storage.partials.get(threadId)).toBeUndefined();
      await storage.partials.save(output('c'), lease);
      await storage.transaction((ledger) => ledger.threads.remove(threadId));
      expect(await storage.partials.get(threadId)).toBeUndefined();
    });
  });

  describe('events', () => {
    it('are read in order, from any cursor, in pages', async () => {
      const { threadId, runId, lease } = await claimed();
      await storage.events.append({ lease, runId, events: [event(1), event(2)] });
      await storage.events.append({ lease, runId, events: [event(3)] });
      const seqs = async (after: { fence: number; seq: number }, limit = 10) =>
        (await storage.events.read({ threadId, runId, after, limit })).map(({ cursor }) => cursor.seq);
      expect(await seqs(LOG_START)).toEqual([1, 2, 3]);
      expect(await seqs({ fence: lease.fence, seq: 1 }, 1)).toEqual([2]);
      expect(await seqs({ fence: lease.fence + 1, seq: 0 })).toEqual([]);
    });

    it('know their newest line, and whose it is', async () => {
      const { threadId, runId, lease } = await claimed();
      expect(await storage.events.last(threadId)).toBeUndefined();
      await storage.events.append({ lease, runId, events: [event(1), event(2)] });
      expect(await storage.events.last(threadId)).toEqual({ cursor: { fence: lease.fence, seq: 2 }, runId });
    });

    it('come back as they were written, whatever they say', async () => {
      const { threadId, runId, lease } = await claimed();
      const data = JSON.stringify({ text: `"'\\ \u0000 \u2028 ${'😀'} \ud800`, list: [null, 0, ''] });
      const ref = { ns: 'a|b', checkpointId: 'c', keys: ['x'] };
      await storage.events.append({
        lease,
        runId,
        events: [event(1, data), { seq: 2, event: 'values', data: null, ref }],
      });
      const read = await storage.events.read({ threadId, after: LOG_START, limit: 10 });
      expect(read.map((each) => [each.event, each.data, each.ref])).toEqual([
        ['custom', data, null],
        ['values', null, ref],
      ]);
    });

    it('go on increasing over the owners of a thread', async () => {
      const { threadId, runId, lease } = await claimed();
      await storage.events.append({ lease, runId, events: [event(7)] });
      const next = await storage.transaction(async (ledger) => {
        await ledger.threads.release(lease);
        return ledger.threads.claim({ threadId, runId, token: randomUUID(), owner: 'w', expiresAt: 1 });
      });
      await storage.events.append({ lease: next!, runId, events: [event(1)] });
      const after = { fence: lease.fence, seq: 7 };
      expect(
        (await storage.events.read({ threadId, after, limit: 10 })).map(({ cursor }) => cursor.fence),
      ).toEqual([next!.fence]);
    });

    it('are there once when they are appended again, because the answer was lost with the connection', async () => {
      const { threadId, runId, lease } = await claimed();
      await storage.events.append({ lease, runId, events: [event(1), event(2)] });
      await storage.events.append({ lease, runId, events: [event(1), event(2)] });
      await storage.transaction((ledger) =>
        storage.events.append({ lease, runId, events: [event(2), event(3)] }, ledger),
      );
      const read = await storage.events.read({ threadId, after: LOG_START, limit: 10 });
      expect(read.map(({ cursor }) => cursor.seq)).toEqual([1, 2, 3]);
    });

    it('are refused, all of them, from an owner that lost the thread', async () => {
      const { threadId, runId, lease } = await claimed();
      const stale = { ...lease, token: randomUUID() };
      await expect(
        storage.events.append({ lease: stale, runId, events: [event(1), event(2)] }),
      ).rejects.toThrow(LeaseLostError);
      expect(await storage.events.read({ threadId, after: LOG_START, limit: 10 })).toEqual([]);
    });

    it('of another run of the thread are left out when one run is read', async () => {
      const { threadId, runId, lease } = await claimed();
      await storage.events.append({ lease, runId, events: [event(1)] });
      await storage.events.append({ lease, runId: 'another', events: [event(2)] });
      expect(await storage.events.read({ threadId, runId, after: LOG_START, limit: 10 })).toHaveLength(1);
      expect(await storage.events.read({ threadId, after: LOG_START, limit: 10 })).toHaveLength(2);
    });

    it('are dropped some time after their run ended, and not before', async () => {
      const { threadId, runId, lease } = await claimed();
      await storage.events.append({ lease, runId, events: [event(1)] });
      const left = async () => (await storage.events.read({ threadId, after: LOG_START, limit: 10 })).length;
      await storage.events.prune('2026-03-01T00:00:00.000Z');
      expect(await left()).toBe(1);
      const at = '2026-02-01T00:00:00.000Z';
      await storage.transaction((l) => l.runs.move({ runId, from: 'pending', to: 'cancelled', at }));
      await storage.events.prune('2026-01-15T00:00:00.000Z');
      expect(await left()).toBe(1);
      await storage.events.prune('2026-03-01T00:00:00.000Z');
      expect(await left()).toBe(0);
    });
  });

  describe('queue', () => {
    it('hands each offered run over once at a time, no more than may run at once', async () => {
      const jobs: RunJob[] = [];
      for (let i = 0; i < 5; i++) jobs.push(await offered());
      const started: string[] = [];
      let most = 0;
      let now = 0;
      const all = deferred<void>();
      const consumer = storage.queue.consume({
        concurrency: 2,
        handle: async ({ runId }) => {
          most = Math.max(most, ++now);
          started.push(runId);
          await storage.transaction((l) =>
            l.runs.move({ runId, from: 'pending', to: 'cancelled', at: '2026' }),
          );
          now--;
          if (started.length === jobs.length) all.resolve();
          return 'done';
        },
      });
      await all.promise;
      await consumer.close();
      expect(started.toSorted()).toEqual(jobs.map(({ runId }) => runId).toSorted());
      expect(most).toBeLessThanOrEqual(2);
    });

    it('hears of a run that is announced', async () => {
      const heard = deferred<string>();
      const consumer = storage.queue.consume({
        concurrency: 1,
        handle: async ({ runId }) => {
          await storage.transaction((l) =>
            l.runs.move({ runId, from: 'pending', to: 'cancelled', at: '2026' }),
          );
          heard.resolve(runId);
          return 'done';
        },
      });
      const job = await offered();
      await storage.queue.announce(job);
      expect(await heard.promise).toBe(job.runId);
      await consumer.close();
    });

    it('hands nothing over once it is paused, and close waits for what is being handled', async () => {
      const begun = deferred<void>();
      const finish = deferred<void>();
      let ended = false;
      const consumer = storage.queue.consume({
        concurrency: 5,
        handle: async ({ runId }) => {
          await storage.transaction((l) =>
            l.runs.move({ runId, from: 'pending', to: 'cancelled', at: '2026' }),
          );
          begun.resolve();
          await finish.promise;
          ended = true;
          return 'done';
        },
      });
      await storage.queue.announce(await offered());
      await begun.promise;
      consumer.pause();
      const late = await offered();
      await storage.queue.announce(late);
      const closed = consumer.close();
      finish.resolve();
      await closed;
      expect(ended).toBe(true);
      expect((await storage.runs.get(late.runId))?.state).toBe('pending');
    });
  });

  describe('signals', () => {
    it('reach every subscriber until it leaves', () => {
      const heard: string[] = [];
      const leave = storage.signals.subscribe(({ kind }) => heard.push(`a:${kind}`));
      storage.signals.subscribe(({ kind }) => heard.push(`b:${kind}`));
      storage.signals.publish({ kind: 'queue' });
      leave();
      storage.signals.publish({ kind: 'thread', threadId: 't' });
      expect(heard).toEqual(['a:queue', 'b:queue', 'b:thread']);
    });
  });

  const offered = (): Promise<RunJob> => offeredRun(storage);
};
