import { isoTime } from '../model/clock.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import type { Lease } from '../model/lease.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import { orderEnd } from './cancel-run.ts';
import type { LifecycleDeps } from './deps.ts';
import { moveRun } from './move-run.ts';
import { beginsOn } from './thread-graph.ts';

/**
 * Takes a queued run for `owner`: raises the thread's fence, makes the run `running` and begins its next
 * attempt in one transaction. The lease must be acquired in the checkpoints next.
 * @returns undefined when the run is no longer to be had: another took it, it was cancelled or
 * deleted, a paused scope holds it back, or its assistant has as many at work as it may.
 */
export const createClaimRun = (deps: LifecycleDeps) => {
  return async (input: { runId: string; owner: string }): Promise<ClaimedRun | undefined> => {
    const { storage, clock, newId } = deps;
    const claimed = await storage.transaction(
      async (ledger) => {
        const found = await ledger.runs.claimable(input.runId);
        // One that came to the queue although its scope is stopped or paused stays where it is until the release.
        if (found?.run.state !== 'pending' || found.heldBack) return undefined;
        const { run, limited } = found;
        const assistant = await ledger.assistants.get(run.assistantId);
        if (!assistant) return dropOrphan(deps, ledger, run);
        const room = limited ? await ledger.limits.enter(run.assistantId) : 'none';
        if (room === 'full') return undefined;
        const at = isoTime(clock);
        const lease = await ledger.threads.claim({
          threadId: run.threadId,
          runId: run.runId,
          token: newId(),
          owner: input.owner,
          expiresAt: clock.now() + deps.settings.leaseMs,
          shows: { lifecycle: { state: 'running', since: at, reason: null, pauseId: null }, updatedAt: at },
        });
        if (!lease) return undefined;
        await beginsOn(ledger, { threadId: run.threadId, seen: found.thread, assistant, at });
        const attempt = run.attempt + 1;
        const deadlineMs = run.deadlineMs ?? deadlineOf(deps);
        const detail = { attempt, fence: lease.fence };
        await moveRun(ledger, {
          run,
          transition: 'claim',
          actor: input.owner,
          at,
          lease,
          shown: true,
          set: { attempt, deadlineMs },
          detail,
        });
        const running: Run = {
          ...run,
          state: 'running',
          attempt,
          deadlineMs,
          since: at,
          updatedAt: at,
        };
        const waitedMs = clock.now() - Date.parse(run.since);
        const of = { run: running, assistant, graphId: assistant.graphId };
        return { ...of, lease, limited: room === 'room', waitedMs };
      },
      { flush: false },
    );
    if (!claimed) return undefined;
    deps.at('claim:committed');
    storage.signals.publish({ kind: 'thread', threadId: claimed.run.threadId, claimed: true });
    countClaim(deps, claimed);
    return claimed;
  };
};

const countClaim = (
  { tally }: LifecycleDeps,
  { graphId, waitedMs }: { graphId: string; waitedMs: number },
) => {
  tally?.count('claims', { graph: graphId });
  tally?.time('queueWait', waitedMs);
};

const deadlineOf = ({ clock, settings }: LifecycleDeps): number | null =>
  settings.runTimeoutMs > 0 ? clock.now() + settings.runTimeoutMs : null;

/** Its assistant was deleted, which ends its runs; this one was just coming in. */
const dropOrphan = async (deps: LifecycleDeps, ledger: Ledger, run: Run): Promise<undefined> => {
  const at = isoTime(deps.clock);
  await orderEnd(deps, ledger, { run, actor: 'system', at, reason: 'its assistant was deleted' });
  await ledger.runs.offerNext(run.threadId);
};

/**
 * Makes the lease the only writer of the thread's checkpoints, then looks whether the thread is still its own:
 * a deletion that began between the two writes has not seen this lease and would not refuse it.
 */
export const createAcquireThread = (deps: LifecycleDeps) => {
  return async (lease: Lease): Promise<boolean> => {
    const { storage } = deps;
    if (!(await storage.checkpoints.acquire(lease))) return false;
    deps.at('claim:acquired');
    if (await storage.threads.holds(lease)) return true;
    if (!(await storage.threads.get(lease.threadId))) await storage.checkpoints.deleteThread(lease.threadId);
    return false;
  };
};
