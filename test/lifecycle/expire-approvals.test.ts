import { expect, it } from 'vitest';
import { createExpireApprovals } from '../../src/lifecycle/expire-approvals.ts';
import { createLaunchRun } from '../../src/lifecycle/launch-run.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import { approval, AT } from '../storage/ports/records.ts';
import { createDecideApproval } from '../../src/lifecycle/decide-approval.ts';
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

it('says that it rejected a question also when the process ends in that moment', async () => {
  const { agent, deps, launch, logOf, newThread, settle, claim, storage } = await openLifecycle();
  const threadId = await newThread();
  const asking = await claim(await launch(threadId));
  const id = 'b'.repeat(32);
  const interrupts = { task: [{ id, value: 'sure?' }] };
  await settle(asking, { kind: 'interrupted' }, { interrupts, hasNext: true });
  const [asked] = await storage.approvals.ofThread(threadId, [id]);
  const { approvalId } = asked!;
  const to = { expiresAt: AT, onExpiry: 'reject' as const };
  await storage.transaction((ledger) => ledger.approvals.change({ approvalId, from: 'waiting', to, at: AT }));
  const decide = createDecideApproval({
    ...deps,
    launchRun: createLaunchRun({ ...deps, findAssistant: () => Promise.resolve(agent) }),
  });
  const expire = createExpireApprovals({
    ...deps,
    decideApproval: async (input) => {
      await decide(input);
      throw new Error('the process has ended');
    },
    notify: () => {},
  });
  await expect(expire(Date.parse(AT))).rejects.toThrow('the process has ended');
  expect((await logOf(threadId)).map(([kind]) => kind)).toContain('questionExpired');
  expect((await storage.approvals.get(approvalId))?.expiredAt).toBe(AT);
  await storage.close();
});
