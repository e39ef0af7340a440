import { removeMarked } from './delete-thread.ts';
import type { LifecycleDeps } from './deps.ts';

/**
 * Deletes threads whose time has come and the temporary threads of runs that ended a while ago. One that waits for
 * an answer, or has a run that has not ended, stays until it does. Answers when the next one expires.
 */
export const createExpireThreads = (deps: LifecycleDeps) => {
  return async (now: number): Promise<number | undefined> => {
    const { storage, settings } = deps;
    const hiddenBefore = now - settings.eventRetentionMs;
    const next = await storage.threads.nextExpiry();
    const expired = await storage.transaction((ledger) => ledger.threads.markExpired({ now, hiddenBefore }));
    for (const threadId of expired) await removeMarked(deps, threadId);
    return next;
  };
};
