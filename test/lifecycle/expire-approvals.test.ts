import { expect, it } from 'vitest';
import { createExpireApprovals } from '../../src/lifecycle/expire-approvals.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import { approval, AT } from '../storage/ports/records.ts';
import { openLifecycle } from './bench.ts';

it('notices a question whose deadline passed, however many before it cannot be rejected now', async () => {
  const { deps, storage } = await openLifecycle();
  const stopped = Array.from({ length: 200 }, () => approval({ expiresAt: AT, onExpiry: 'reject' }));
  const last = approval({ expiresAt: '2026-01-01T00:00:01.000Z' });
  await storage.transaction(async (ledger) => {
    for (const each of [...stopped, last]) await ledger.approvals.insert(each);
  });
  const noticed: string[] = [];
  const expire = createExpireApprovals({
    ...deps,
    decideApproval: () => Promise.reject(new HoldpointError('stopped', 'All is stopped.')),
    notify: ({ approval: { approvalId } }) => noticed.push(approvalId),
  });
  await expire(Date.parse(AT) + 2000);
  expect(noticed).toEqual([last.approvalId]);
  await storage.close();
});
