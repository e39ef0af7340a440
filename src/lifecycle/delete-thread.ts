import { isoTime } from '../model/clock.ts';
import type { LifecycleDeps } from './deps.ts';
import { threadNotFound } from '../model/not-found.ts';

/**
 * Deletes a thread with its runs, events, log and checkpoints. Its lease is broken first, so a worker in the
 * middle of a step can write nothing more; a crash half-way is finished by {@link createFinishDeletions}.
 * @throws {HoldpointError} `thread_not_found`.
 */
export const createDeleteThread = (deps: LifecycleDeps) => {
  return async (threadId: string): Promise<void> => {
    const { storage } = deps;
    const active = await storage.transaction(async (ledger) => {
      const thread = await ledger.threads.get(threadId);
      if (!thread) throw threadNotFound(threadId);
      await ledger.threads.markDeleted(threadId);
      if (thread.activeRunId !== null) {
        await ledger.runs.setDesired({
          runId: thread.activeRunId,
          desired: 'cancel',
          whileIn: ['running', 'pausing'],
          reason: 'the thread was deleted',
        });
      }
      return thread.activeRunId;
    });
    if (active !== null) storage.signals.publish({ kind: 'desired', runId: active });
    deps.at('delete:marked');
    await removeMarked(deps, threadId);
  };
};

/**
 * Finishes the deletions that a crash or a refusal of storage left half done, also those that are just going on, which
 * does no harm, and removes the copies that were given up; to be called now and then.
 */
export const createFinishDeletions = (deps: LifecycleDeps) => {
  const { storage, clock } = deps;
  return async (): Promise<void> => {
    for (const threadId of await storage.threads.marked(isoTime(clock))) await removeMarked(deps, threadId);
  };
};

/** Removes what is left of a thread whose deletion was begun. */
export const removeMarked = async ({ storage, at }: LifecycleDeps, threadId: string): Promise<void> => {
  await storage.checkpoints.deleteThread(threadId);
  at('delete:checkpoints_gone');
  await storage.transaction((ledger) => ledger.threads.remove(threadId));
  storage.signals.publish({ kind: 'thread', threadId });
};
