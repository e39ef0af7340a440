import { isoTime, type Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { JsonObject } from '../model/json.ts';
import { mergeMetadata } from '../model/metadata.ts';
import { showInterrupts, type ShowQuestion } from '../model/shown-questions.ts';
import {
  newThread,
  ttlFrom,
  type Thread,
  type ThreadFilter,
  type ThreadSearch,
  type TtlTerms,
} from '../model/thread.ts';
import type { ThreadSize } from '../storage/checkpoints.ts';
import type { Page, Storage } from '../storage/ports.ts';
import { threadNotFound } from '../model/not-found.ts';

interface ThreadDeps {
  storage: Storage;
  clock: Clock;
  newId: () => string;
  /** How waiting questions are shown; as they were asked when absent. */
  showQuestion?: ShowQuestion;
  /** Of threads for which nothing else is said. */
  defaultTtl?: TtlTerms | undefined;
}

/** A thread as it is shown: with its values as JSON text, null before the first run. */
export interface ThreadWithValues {
  thread: Thread;
  values: string | null;
}

export interface CreatedThread extends ThreadWithValues {
  /** False when it was there already. */
  isNew: boolean;
}

export interface CreateThreadInput {
  threadId?: string | undefined;
  metadata: JsonObject;
  ifExists: 'raise' | 'do_nothing';
  /** The default is that of the project. */
  ttl?: TtlTerms | undefined;
}

export interface PatchThreadInput {
  metadata?: JsonObject | undefined;
  /** From now on; null: for ever. */
  ttl?: TtlTerms | null | undefined;
}

export interface Threads {
  /** @throws {HoldpointError} `already_exists` when the id is taken and `ifExists` is "raise"; as {@link mergeMetadata}. */
  create(input: CreateThreadInput): Promise<CreatedThread>;
  /** @throws {HoldpointError} `thread_not_found`. */
  get(threadId: string): Promise<ThreadWithValues>;
  /** With `bare`, values are not looked up: null for each. */
  search(query: ThreadSearch & { bare?: boolean }): Promise<Page<ThreadWithValues>>;
  count(filter: ThreadFilter): Promise<number>;
  /** Merges `metadata` into the thread's. @throws {HoldpointError} as {@link mergeMetadata}. */
  patch(threadId: string, patch: PatchThreadInput): Promise<ThreadWithValues>;
  /** What the thread's checkpoints take. */
  size(threadId: string): Promise<ThreadSize>;
}

export const createThreads = (deps: ThreadDeps): Threads => {
  const { storage, clock, newId, showQuestion, defaultTtl } = deps;
  const shown = (thread: Thread): Thread =>
    showQuestion ? { ...thread, interrupts: showInterrupts(showQuestion, thread.interrupts) } : thread;
  const withValues = async (thread: Thread): Promise<ThreadWithValues> => ({
    thread: shown(thread),
    values: (await storage.threads.values(thread.threadId))?.values ?? null,
  });
  const get = async (threadId: string): Promise<ThreadWithValues> => {
    const thread = await storage.threads.get(threadId);
    if (!thread) throw threadNotFound(threadId);
    return withValues(thread);
  };
  return {
    get,
    create: async ({ threadId = newId(), metadata, ifExists, ttl = defaultTtl }) => {
      const blank = newThread({ threadId, metadata: mergeMetadata({}, metadata), at: isoTime(clock) });
      const thread = { ...blank, ttl: ttl === undefined ? null : ttlFrom(clock.now(), ttl) };
      const single = Object.keys(thread.metadata).length === 0; // else it goes into the index, too
      if (await storage.transaction((ledger) => ledger.threads.insert(thread), { single }))
        return { thread, values: null, isNew: true };
      if (ifExists === 'do_nothing') return { ...(await get(threadId)), isNew: false };
      throw new HoldpointError('already_exists', `Thread with ID ${threadId} already exists`, {
        details: { thread_id: threadId },
      });
    },
    search: async ({ bare = false, ...query }) => {
      const { items, total } = await storage.threads.search(query);
      if (bare) return { items: items.map((thread) => ({ thread: shown(thread), values: null })), total };
      return { items: await Promise.all(items.map(withValues)), total };
    },
    count: (filter) => storage.threads.count(filter),
    patch: async (threadId, { metadata, ttl }) => {
      await storage.transaction(async (ledger) => {
        const thread = await ledger.threads.get(threadId);
        if (!thread) throw threadNotFound(threadId);
        await ledger.threads.patch(threadId, {
          ...(metadata && { metadata: mergeMetadata(thread.metadata, metadata) }),
          ...(ttl !== undefined && { ttl: ttl && ttlFrom(clock.now(), ttl) }),
          updatedAt: isoTime(clock),
        });
      });
      return get(threadId);
    },
    size: async (threadId) => {
      if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
      return storage.checkpoints.size(threadId);
    },
  };
};
