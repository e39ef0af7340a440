import { isHoldpointError } from '../model/errors.ts';
import type { LifecycleDeps } from './deps.ts';

export interface PruneThreadsInput {
  threadIds: string[];
  /** Delete the threads, or all but the latest checkpoint of each. */
  strategy: 'delete' | 'keep_latest';
}

type PruneDeps = LifecycleDeps & {
  deleteThread: (threadId: string) => Promise<void>;
  /** Whether the graph's latest checkpoint can be read without those before it. */
  standsAlone: (graphId: string) => Promise<boolean>;
};

/**
 * Answers how many threads were pruned. One that is not there is not; nor is, with `keep_latest`, one that is at
 * work, nor one whose graph keeps only what changed from checkpoint to checkpoint (`DeltaChannel`).
 */
export const createPruneThreads = (deps: PruneDeps) => {
  return async ({ threadIds, strategy }: PruneThreadsInput): Promise<number> => {
    let pruned = 0;
    for (const threadId of new Set(threadIds)) {
      if (await (strategy === 'delete' ? remove(deps, threadId) : keepLatest(deps, threadId))) pruned++;
    }
    return pruned;
  };
};

const remove = async ({ deleteThread }: PruneDeps, threadId: string): Promise<boolean> => {
  try {
    await deleteThread(threadId);
    return true;
  } catch (error) {
    if (isHoldpointError(error) && error.code === 'thread_not_found') return false;
    throw error;
  }
};

/** Under a lease, so that no run begins meanwhile; events of ended runs go too, for they tell by the checkpoints. */
const keepLatest = async (deps: PruneDeps, threadId: string): Promise<boolean> => {
  const { storage, clock, newId, settings } = deps;
  const graphId = (await storage.threads.get(threadId))?.graphId;
  if (graphId === undefined || (graphId !== null && !(await deps.standsAlone(graphId)))) return false;
  const lease = await storage.transaction(async (ledger) => {
    if ((await ledger.runs.unfinished(threadId)).length > 0) return undefined;
    const expiresAt = clock.now() + settings.leaseMs;
    return ledger.threads.claim({ threadId, runId: null, token: newId(), owner: 'prune', expiresAt });
  });
  if (!lease) return false;
  try {
    await storage.checkpoints.keepLatest(threadId);
    await storage.transaction((ledger) => ledger.runs.dropEvents(threadId));
    return true;
  } finally {
    await storage.threads.release(lease);
    storage.signals.publish({ kind: 'queue' });
  }
};
