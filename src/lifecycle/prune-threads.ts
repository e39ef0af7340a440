import { isHoldpointError } from '../model/errors.ts';
import type { LifecycleDeps } from './deps.ts';

export interface PruneThreadsInput {
  threadIds: string[];
  /** Delete the threads, or all but the latest checkpoint of each. */
  strategy: 'delete' | 'keep_latest';
}

export type KeepLatestDeps = LifecycleDeps & {
  /** Whether the graph's latest checkpoint can be read without those before it. */
  standsAlone: (graphId: string) => Promise<boolean>;
};

type PruneDeps = KeepLatestDeps & { deleteThread: (threadId: string) => Promise<void> };

/**
 * Answers how many threads were pruned. One that is not there is not; nor is, with `keep_latest`, one that is at
 * work, nor one whose graph is gone or keeps only what changed from checkpoint to checkpoint (`DeltaChannel`).
 */
export const createPruneThreads = (deps: PruneDeps) => {
  const keepLatest = createKeepLatest(deps);
  return async ({ threadIds, strategy }: PruneThreadsInput): Promise<number> => {
    let pruned = 0;
    for (const threadId of new Set(threadIds)) {
      if (await (strategy === 'delete' ? remove(deps, threadId) : keepLatest(threadId, 1))) pruned++;
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

/**
 * Removes all but the latest `count` checkpoints of each namespace. Under a lease, so that no run begins meanwhile;
 * events of ended runs go too, for they tell by the checkpoints. False for a thread that is at work or cannot be trimmed.
 */
export const createKeepLatest = (deps: KeepLatestDeps) => (threadId: string, count: number) =>
  keepTheLatest(deps, threadId, count);

const keepTheLatest = async (deps: KeepLatestDeps, threadId: string, count: number): Promise<boolean> => {
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
    await storage.checkpoints.keepLatest(threadId, count);
    await storage.transaction((ledger) => ledger.runs.dropEvents(threadId));
    return true;
  } finally {
    await storage.threads.release(lease);
    storage.signals.publish({ kind: 'queue' });
  }
};
