import { ttlFrom } from '../model/thread.ts';
import { removeMarked } from './delete-thread.ts';
import type { LifecycleDeps } from './deps.ts';
import type { PruneThreadsInput } from './prune-threads.ts';

type ExpireDeps = LifecycleDeps & { pruneThreads: (input: PruneThreadsInput) => Promise<number> };

/**
 * Deletes threads whose time has come and the temporary threads of runs that ended a while ago; of those that keep
 * their latest checkpoint, all but that. One that waits for an answer, or has a run that has not ended, stays until it
 * does. Answers when the next one expires.
 */
export const createExpireThreads = (deps: ExpireDeps) => {
  return async (now: number): Promise<number | undefined> => {
    const { storage, settings } = deps;
    const hiddenBefore = now - settings.eventRetentionMs;
    const next = await storage.threads.nextExpiry();
    const expired = await storage.transaction((ledger) => ledger.threads.markExpired({ now, hiddenBefore }));
    for (const threadId of expired) await removeMarked(deps, threadId);
    for (const threadId of await storage.threads.toPrune(now)) await prune(deps, threadId, now);
    return next;
  };
};

/** And again when as long has passed once more, whether there was something to prune or not. */
const prune = async ({ storage, pruneThreads }: ExpireDeps, threadId: string, now: number): Promise<void> => {
  await pruneThreads({ threadIds: [threadId], strategy: 'keep_latest' });
  const thread = await storage.threads.get(threadId);
  if (!thread?.ttl) return;
  const { ttl, updatedAt } = thread;
  await storage.transaction((ledger) =>
    ledger.threads.patch(threadId, { ttl: ttlFrom(now, ttl), updatedAt }),
  );
};
