import { expect, it } from 'vitest';
import { createSendNotices, type NoticeWriter } from '../../src/lifecycle/send-notices.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import { AT } from '../storage/ports/records.ts';
import { openLifecycle } from './bench.ts';

const tellsPeople: NoticeWriter = () =>
  Promise.resolve([{ to: 'people', kind: 'test', url: 'mailto:ann@example.com', body: {} }]);

/** A notice, a writer that always fails with this, and one that does not: how many looks until people are told? */
const looksUntilTold = async (error: Error): Promise<number> => {
  const { deps, storage } = await openLifecycle();
  await storage.transaction(async ({ notices, targets }) => {
    await targets.insert({
      targetId: 'ann',
      assistantId: null,
      channel: 'email',
      address: 'ann@example.com',
      events: ['emergency_stop'],
      createdBy: 'system',
      createdAt: AT,
    });
    await notices.add({ kind: 'emergency_stop', at: AT });
  });
  const look = createSendNotices({ ...deps, writers: [() => Promise.reject(error), tellsPeople] });
  for (let looks = 1; ; looks += 1) {
    await look();
    const { total } = await storage.outbound.list({ limit: 1, offset: 0 });
    if (total === 0 && (await storage.notices.waiting(1)).length > 0) continue;
    await storage.close();
    return total === 1 ? looks : Infinity;
  }
};

it('tells people what happened although another agent cannot be told, as it is gone', async () => {
  expect(await looksUntilTold(new HoldpointError('run_not_found', 'It is gone.'))).toBe(1);
});

it('tells people what happened although another agent cannot be told, after some tries', async () => {
  expect(await looksUntilTold(new Error('a defect'))).toBe(5);
  expect(await looksUntilTold(new HoldpointError('storage_unavailable', 'It is damaged.'))).toBe(5);
});
