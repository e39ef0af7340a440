import type { LifecycleDeps } from './deps.ts';

/** The kind of due work that begins runs whose delay is over. */
export const DELAYED_RUNS = 'start delayed runs';

/** Puts in the queue the runs whose delay (`after_seconds`) is over. Answers when the next one's is. */
export const createStartDelayed = ({ storage }: LifecycleDeps) => {
  return async (now: number): Promise<number | undefined> => {
    const next = await storage.runs.nextDue();
    if (next === undefined || next > now) return next;
    const jobs = await storage.transaction(async (ledger) => {
      const offered = [];
      for (const threadId of await ledger.runs.promote(now)) {
        await ledger.threads.touch(threadId);
        offered.push(await ledger.runs.offerNext(threadId));
      }
      return offered;
    });
    for (const job of jobs) if (job) await storage.queue.announce(job);
    return storage.runs.nextDue();
  };
};
