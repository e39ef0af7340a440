import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LONGEST_ITEM_ID } from '../../../src/model/store-item.ts';
import type { Storage } from '../../../src/storage/ports.ts';
import { approval, AT, cron } from './records.ts';
import type { OpenStorage } from './suite.ts';

/** What is found and sorted alike by every backend. */
export const searchSuite = (open: OpenStorage): void => {
  let storage: Storage;
  beforeAll(async () => {
    storage = await open();
  });
  afterAll(() => storage.close());

  describe('searches', () => {
    it('sorts crons that have no such time behind all that have one', async () => {
      const endTimes = ['2027-01-01T00:00:00.000Z', null, '2026-01-01T00:00:00.000Z'];
      await storage.transaction(async (ledger) => {
        for (const endTime of endTimes) await ledger.crons.insert(cron({ endTime }));
      });
      const sorted = async (sortOrder: 'asc' | 'desc') => {
        const { items } = await storage.crons.search({ sortBy: 'end_time', sortOrder, limit: 9, offset: 0 });
        return items.map(({ endTime }) => endTime);
      };
      expect(await sorted('asc')).toEqual([endTimes[2], endTimes[0], null]);
      expect(await sorted('desc')).toEqual([null, endTimes[0], endTimes[2]]);
    });

    it('finds a question by the name of its tool, however long that is', async () => {
      const name = randomBytes(5000).toString('base64');
      const [long, other] = [approval({ tools: [name, 'send'] }), approval({ tools: [`${name}2`] })];
      await storage.transaction(async (ledger) => {
        for (const each of [long, other]) await ledger.approvals.insert(each);
      });
      const found = await storage.approvals.search({ tool: name, limit: 9, offset: 0 });
      expect(found).toEqual({ items: [long], total: 1 });
    });

    it('find an item of the store by an id as long as one may be', async () => {
      const key = randomBytes(LONGEST_ITEM_ID / 2 - 8).toString('hex');
      const path = randomBytes(300).toString('hex');
      const item = { namespace: ['notes'], key, value: {}, ttlMs: null, expiresAt: null, updatedAt: AT };
      const vectors = [{ path, vector: new Float32Array([1]) }];
      await storage.transaction((ledger) => ledger.items.put({ ...item, vectors }));
      expect(await storage.items.get({ namespace: ['notes'], key }, 0)).toMatchObject({ key });
    });
  });
};
