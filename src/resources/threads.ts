import { isoTime, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { showInterrupts, type ShowQuestion } from '../model/shown-questions.ts';
import type { Thread, ThreadSearch } from '../model/thread.ts';
import type { Page, Storage } from '../storage/ports.ts';
import { threadNotFound } from '../model/not-found.ts';

interface ThreadDeps {
  storage: Storage;
  clock: Clock;
  newId: () => string;
  /** How waiting questions are shown; as they were asked when absent. */
  showQuestion?: ShowQuestion;
}

/** A thread as it is shown: with its values as JSON text, null before the first run. */
export interface ThreadWithValues {
  thread: Thread;
  values: string | null;
}

export interface Threads {
  /** @throws {HoldpointError} `already_exists` when the id is taken and `ifExists` is "raise". */
  create(input: {
    threadId?: string | undefined;
    metadata: JsonObject;
    ifExists: 'raise' | 'do_nothing';
  }): Promise<ThreadWithValues>;
  /** @throws {HoldpointError} `thread_not_found`. */
  get(threadId: string): Promise<ThreadWithValues>;
  search(query: ThreadSearch): Promise<Page<ThreadWithValues>>;
  /** Merges `metadata` into the thread's. */
  patch(threadId: string, metadata: JsonObject): Promise<ThreadWithValues>;
}

export const createThreads = ({ storage, clock, newId, showQuestion }: ThreadDeps): Threads => {
  const withValues = async (thread: Thread): Promise<ThreadWithValues> => ({
    thread: showQuestion
      ? { ...thread, interrupts: showInterrupts(showQuestion, thread.interrupts) }
      : thread,
    values: (await storage.threads.values(thread.threadId))?.values ?? null,
  });
  const get = async (threadId: string): Promise<ThreadWithValues> => {
    const thread = await storage.threads.get(threadId);
    if (!thread) throw threadNotFound(threadId);
    return withValues(thread);
  };
  return {
    get,
    create: async ({ threadId = newId(), metadata, ifExists }) => {
      const thread = newThread(threadId, metadata, isoTime(clock));
      if (await storage.transaction((ledger) => ledger.threads.insert(thread)))
        return { thread, values: null };
      if (ifExists === 'do_nothing') return get(threadId);
      throw new HoldpointError('already_exists', `Thread with ID ${threadId} already exists`, {
        details: { thread_id: threadId },
      });
    },
    search: async (query) => {
      const { items, total } = await storage.threads.search(query);
      return { items: await Promise.all(items.map(withValues)), total };
    },
    patch: async (threadId, metadata) => {
      await storage.transaction(async (ledger) => {
        const thread = await ledger.threads.get(threadId);
        if (!thread) throw threadNotFound(threadId);
        await ledger.threads.patch(threadId, {
          metadata: { ...thread.metadata, ...metadata },
          updatedAt: isoTime(clock),
        });
      });
      return get(threadId);
    },
  };
};

const newThread = (threadId: string, metadata: JsonObject, at: string): Thread => ({
  threadId,
  graphId: typeof metadata['graph_id'] === 'string' ? metadata['graph_id'] : null,
  metadata,
  config: {},
  status: 'idle',
  interrupts: {},
  lifecycle: null,
  fence: 0,
  leaseToken: null,
  activeRunId: null,
  createdAt: at,
  updatedAt: at,
});
