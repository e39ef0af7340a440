import type { Lease } from '../model/lease.ts';
import type { NewRunEvent } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';

/**
 * Events of a run that no worker holds, for whoever follows it. A worker's own may have gone missing: the thread is
 * taken over for a moment, which gives these a place after all of them; that of an edit of its state, which has none of
 * its own, is as good.
 */
export const appendAsSystem = async (
  { storage, clock, newId }: LifecycleDeps,
  ledger: Ledger,
  { run, events }: { run: Run; events: NewRunEvent[] },
): Promise<void> => {
  if (events.length === 0) return;
  const { threadId, runId } = run;
  const lease = await ledger.threads.claim({
    threadId,
    runId,
    token: newId(),
    owner: 'system',
    expiresAt: clock.now(),
  });
  const place = lease ?? (await leaseOfEdit(ledger, threadId));
  if (!place) return;
  await storage.events.append({ lease: place, runId, events }, ledger);
  if (lease) await ledger.threads.release(lease);
};

const leaseOfEdit = async (ledger: Ledger, threadId: string): Promise<Lease | undefined> => {
  const { leaseToken, activeRunId, fence } = (await ledger.threads.get(threadId)) ?? {};
  if (leaseToken == null || activeRunId !== null || fence === undefined) return undefined;
  return { threadId, fence, token: leaseToken };
};
