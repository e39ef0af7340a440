import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { HoldsAll } from '../../../src/model/auth-filter.ts';
import type { Storage } from '../../../src/storage/ports.ts';
import type { OpenStorage } from './suite.ts';
import { AT, thread } from './records.ts';

const PAGE = { limit: 10, offset: 0, sortBy: 'created_at', sortOrder: 'desc' } as const;

/** What every backend's `ThreadStore` must do. */
export const threadSuite = (open: OpenStorage): void => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  const stored = async (of = {}) => {
    const created = thread(of);
    await storage.transaction((ledger) => ledger.threads.insert(created));
    return created;
  };
  const claim = (threadId: string, owner = 'worker') =>
    storage.transaction((ledger) =>
      ledger.threads.claim({ threadId, runId: null, token: crypto.randomUUID(), owner, expiresAt: 1000 }),
    );

  describe('threads', () => {
    it('gives back a thread as it was stored', async () => {
      const created = await stored({
        metadata: { a: [1, { b: 'ü"' }] },
        interrupts: { t: [{ id: 'i', value: 0 }] },
      });
      expect(await storage.threads.get(created.threadId)).toEqual(created);
    });

    it('refuses a second thread with the same id and leaves the first', async () => {
      const first = await stored({ metadata: { first: true } });
      expect(await storage.transaction((l) => l.threads.insert({ ...first, metadata: {} }))).toBe(false);
      expect(await storage.threads.get(first.threadId)).toEqual(first);
    });

    it('finds threads by metadata that contains what is asked, and by nothing like it', async () => {
      const { threadId } = await stored({
        metadata: { kind: 'find', n: 1, deep: { x: true, y: null }, list: [1, 2] },
      });
      const found = async (metadata: Record<string, never>) =>
        (await storage.threads.search({ ...PAGE, metadata })).items.some(
          (item) => item.threadId === threadId,
        );
      for (const filter of [
        { kind: 'find' },
        { n: 1 },
        { deep: { x: true } },
        { deep: { y: null } },
        { list: [1, 2] },
        { list: new HoldsAll([2]) },
        {},
      ]) {
        expect([filter, await found(filter as never)]).toEqual([filter, true]);
      }
      for (const filter of [
        { kind: 'fin' },
        { n: '1' },
        { n: true },
        { deep: { x: 'true' } },
        { list: [1] },
        { list: new HoldsAll([2, 3]) },
        { kind: new HoldsAll(['find']) },
        { 'kind"': 'x' },
        { absent: null },
      ]) {
        expect([filter, await found(filter as never)]).toEqual([filter, false]);
      }
    });

    it('pages through a search and counts all of it', async () => {
      const of = (n: number) => ({ metadata: { page: true }, createdAt: `2026-02-0${n}T00:00:00.000Z` });
      const all = [await stored(of(1)), await stored(of(2)), await stored(of(3))].map(
        ({ threadId }) => threadId,
      );
      const page = (offset: number) =>
        storage.threads.search({ ...PAGE, metadata: { page: true }, limit: 2, offset });
      const [first, second] = [await page(0), await page(2)];
      expect([first.total, second.total]).toEqual([3, 3]);
      expect([...first.items, ...second.items].map(({ threadId }) => threadId)).toEqual(all.toReversed());
    });

    it('changes what a patch names and nothing else', async () => {
      const before = await stored({ metadata: { keep: 1 } });
      await storage.transaction((l) => l.threads.patch(before.threadId, { status: 'error', updatedAt: AT }));
      expect(await storage.threads.get(before.threadId)).toEqual({ ...before, status: 'error' });
    });
  });

  describe('leases', () => {
    it('let one owner have a thread at a time, each with a higher fence', async () => {
      const { threadId } = await stored();
      const first = await claim(threadId);
      expect(await claim(threadId)).toBeUndefined();
      expect(first && (await storage.transaction((l) => l.threads.release(first)))).toBe(true);
      const second = await claim(threadId);
      expect(second?.fence).toBeGreaterThan(first?.fence ?? Infinity);
    });

    it('are proved by fence and token together', async () => {
      const { threadId } = await stored();
      const lease = (await claim(threadId))!;
      expect(await storage.threads.holds(lease)).toBe(true);
      expect(await storage.threads.holds({ ...lease, fence: lease.fence - 1 })).toBe(false);
      expect(await storage.threads.holds({ ...lease, token: 'another' })).toBe(false);
      expect(await storage.transaction((l) => l.threads.release({ ...lease, token: 'another' }))).toBe(false);
    });

    it('are listed by owner and by the time they end', async () => {
      const { threadId } = await stored();
      const lease = await claim(threadId, 'owner-listed');
      expect(await storage.threads.heldBy({ owner: 'owner-listed' })).toEqual([{ lease, runId: null }]);
      expect(await storage.threads.renew('owner-listed', 5000)).toEqual([{ lease, runId: null }]);
      const expired = async (expiredBefore: number) =>
        (await storage.threads.heldBy({ expiredBefore })).some((held) => held.lease.threadId === threadId);
      expect([await expired(5000), await expired(5001)]).toEqual([false, true]);
    });

    it('end with the deletion of the thread, which then cannot be read or claimed', async () => {
      const { threadId } = await stored();
      const lease = (await claim(threadId))!;
      await storage.transaction((l) => l.threads.markDeleted(threadId));
      expect(await storage.threads.holds(lease)).toBe(false);
      expect(await claim(threadId)).toBeUndefined();
      expect(await storage.threads.get(threadId)).toBeUndefined();
      expect(await storage.threads.marked(AT)).toContain(threadId);
      expect(await storage.threads.marked('2025-12-31T23:59:59.999Z')).not.toContain(threadId);
      await storage.transaction((l) => l.threads.remove(threadId));
      expect(await storage.threads.marked(AT)).not.toContain(threadId);
      expect(await storage.transaction((l) => l.threads.unmark(threadId))).toBe(false);
    });
  });

  describe('transactions', () => {
    it('write nothing of a work that throws, and all of those beside it', async () => {
      const [kept, lost] = [thread(), thread()];
      const results = await Promise.allSettled([
        storage.transaction((l) => l.threads.insert(kept)),
        storage.transaction(async (l) => {
          await l.threads.insert(lost);
          throw new Error('no');
        }),
      ]);
      expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
      expect(await storage.threads.get(kept.threadId)).toEqual(kept);
      expect(await storage.threads.get(lost.threadId)).toBeUndefined();
    });

    it('see what those before them wrote in the same turn', async () => {
      const { threadId } = await stored();
      const claims = await Promise.all([claim(threadId), claim(threadId), claim(threadId)]);
      expect(claims.filter((lease) => lease !== undefined)).toHaveLength(1);
    });
  });
};
