import type { LifecycleDeps } from './deps.ts';

interface TrimDeps extends LifecycleDeps {
  /** How many checkpoints of each namespace a thread keeps; 0 keeps all. */
  keep: number;
  /** False when the thread cannot be trimmed now. */
  keepLatest: (threadId: string, count: number) => Promise<boolean>;
}

/** Threads looked at at once. */
const PAGE = 50;

/** How soon what was full is looked at again, and what was not. */
const AGAIN_MS = 60_000;

/**
 * Removes the checkpoints that a thread has beyond the `keep` latest, once it has been idle for as long as its events
 * can be replayed. A thread that waits for a person, is paused or stopped, or ended in an error is left alone.
 */
export const createTrimThreads = ({ storage, settings, keep, keepLatest }: TrimDeps) => {
  let after = { updatedAt: '', threadId: '' };
  let next = -Infinity;
  return async (now: number): Promise<number | undefined> => {
    if (keep === 0 || now < next) return undefined;
    const until = new Date(now - settings.eventRetentionMs).toISOString();
    const threads = await storage.threads.idle({ after, until, limit: PAGE });
    for (const { threadId } of threads) await keepLatest(threadId, keep);
    after = threads.at(-1) ?? after;
    next = threads.length === PAGE ? now : now + AGAIN_MS;
    return next;
  };
};
