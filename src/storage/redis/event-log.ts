import { setTimeout as sleep } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { EventCursor, NewRunEvent, RunEvent, ValuesRef } from '../../model/run-event.ts';
import type { EventLog, Ledger, Storage } from '../ports.ts';

interface EventLogDeps {
  redis: Redis;
  ledger: Pick<Ledger, 'threads'>;
  /** Events in the ledger's own database. */
  sql: EventLog;
  onError: (error: unknown) => void;
}

const keyOf = (threadId: string): string => `holdpoint:events:${threadId}`;

/**
 * Streams that nobody writes any more go by themselves; those of ended runs are dropped before. Longer than any step
 * of a running graph should take.
 */
const KEPT_S = 7 * 24 * 3600;

/**
 * Run events in Redis Streams, whose ids are our cursors. What an owner that lost the thread writes is refused: by
 * the ledger, and by the stream, in which ids only increase. What belongs to a transaction of the ledger is written
 * there, and so is everything of an attempt from the moment Redis does not take it; a reader sees both in order. While
 * Redis does not answer it waits for what Redis may hold before the next that the ledger has, but not for ever.
 */
export const createRedisEventLog = ({ redis, ledger, sql, onError }: EventLogDeps): EventLog => {
  /** Attempts whose events go to the ledger from now on, so that each has one order. */
  const fallen = new Set<string>();
  const patience = createPatience();
  return {
    append: async ({ lease, runId, events }, within) => {
      if (events.length === 0) return;
      if (within || fallen.has(lease.token)) return sql.append({ lease, runId, events }, within);
      if (!(await ledger.threads.holds(lease))) throw new LeaseLostError(lease.threadId);
      try {
        await add(redis, { lease, runId, events });
      } catch (error) {
        onError(error);
        fallen.add(lease.token);
        // Some may be in the stream although it did not say so: a reader takes each once.
        await sql.append({ lease, runId, events });
      }
    },

    read: async (query) => {
      for (;;) {
        const before = await sql.read(query);
        try {
          const streamed = await streamedAfter(redis, query);
          patience.answered();
          const newest = streamed.at(-1);
          if (!newest) return before;
          const later = (await sql.read(query)).filter((event) => isBefore(event.cursor, newest.cursor));
          return merge([...before, ...later, ...streamed]).slice(0, query.limit);
        } catch (error) {
          onError(error);
          if (!patience.lasts()) return before;
          const next = following(query.after, before);
          if (next.length > 0) return next;
        }
        await sleep(AGAIN_MS);
      }
    },

    last: async (threadId) => {
      const stored = await sql.last(threadId);
      const [entry] = await redis.xrevrange(keyOf(threadId), '+', '-', 'COUNT', 1).catch(() => []);
      const streamed = entry && fromEntry(entry);
      if (!streamed || (stored && !isBefore(stored.cursor, streamed.cursor))) return stored;
      return { cursor: streamed.cursor, runId: streamed.runId };
    },

    prune: async (endedBefore) => {
      const ended = await sql.ended(endedBefore);
      for (const run of ended) await forgetRun(redis, run).catch(onError);
      return sql.prune(endedBefore);
    },

    ended: (endedBefore) => sql.ended(endedBefore),
  };
};

/** For so long readers wait for Redis to come back with what it holds. */
const PATIENCE_MS = 10_000;
const AGAIN_MS = 250;

/** One outage lasts until Redis has answered, or nobody has asked it for a while. */
const createPatience = () => {
  let [since, asked] = [-Infinity, -Infinity];
  return {
    answered: (): void => void (asked = -Infinity),
    /** To be called when Redis did not answer: whether that is to be waited for. */
    lasts: (): boolean => {
      const now = performance.now();
      if (now - asked > PATIENCE_MS) since = now;
      asked = now;
      return now - since < PATIENCE_MS;
    },
  };
};

/** Those that come one after the other from there on: nothing lies between them. */
const following = (after: EventCursor, events: RunEvent[]): RunEvent[] => {
  const end = events.findIndex(
    ({ cursor: { fence, seq } }, at) => fence !== after.fence || seq !== after.seq + at + 1,
  );
  return end < 0 ? events : events.slice(0, end);
};

const add = async (
  redis: Redis,
  { lease, runId, events }: { lease: Lease; runId: string; events: NewRunEvent[] },
): Promise<void> => {
  const key = keyOf(lease.threadId);
  const batch = redis.multi();
  for (const { seq, event, data, ref } of events) {
    const fields = ['run', runId, 'event', event];
    if (data !== null) fields.push('data', data);
    if (ref) fields.push('ref', JSON.stringify(ref));
    batch.xadd(key, `${lease.fence}-${seq}`, ...fields);
  }
  batch.expire(key, KEPT_S);
  const results = await batch.exec();
  const failed = results?.find(([error]) => error)?.[0];
  if (failed) throw failed;
};

/** How much of a stream is looked through at once for one run's events. */
const LOOKED_AT_ONCE = 1000;

const streamedAfter = async (
  redis: Redis,
  { threadId, runId, after, limit }: Parameters<EventLog['read']>[0],
): Promise<RunEvent[]> => {
  const found: RunEvent[] = [];
  const count = runId === undefined ? limit : Math.max(limit, LOOKED_AT_ONCE);
  let from = after;
  for (;;) {
    const entries = await redis.xrange(keyOf(threadId), `(${from.fence}-${seqOf(from)}`, '+', 'COUNT', count);
    const events = entries.map(fromEntry);
    found.push(...events.filter((event) => runId === undefined || event.runId === runId));
    if (found.length >= limit || entries.length < count) return found.slice(0, limit);
    from = (events.at(-1) as RunEvent).cursor;
  }
};

/** Redis takes numbers of up to 64 bits; "after all of a fence" is one that JavaScript can hold. */
const seqOf = ({ seq }: EventCursor): string => (seq < 0 ? '0' : String(seq));

const fromEntry = ([id, fields]: [string, string[]]): RunEvent => {
  const [fence, seq] = id.split('-').map(Number) as [number, number];
  const field = (name: string): string | undefined => {
    const at = fields.findIndex((each, place) => place % 2 === 0 && each === name);
    return at < 0 ? undefined : fields[at + 1];
  };
  const ref = field('ref');
  return {
    cursor: { fence, seq },
    runId: field('run') ?? '',
    event: field('event') ?? '',
    data: field('data') ?? null,
    ref: ref === undefined ? null : (JSON.parse(ref) as ValuesRef),
  };
};

const isBefore = (a: EventCursor, b: EventCursor): boolean =>
  a.fence < b.fence || (a.fence === b.fence && a.seq < b.seq);

/** In order, each once. */
const merge = (events: RunEvent[]): RunEvent[] => {
  const byId = new Map(events.map((event) => [`${event.cursor.fence}-${event.cursor.seq}`, event]));
  return [...byId.values()].toSorted((a, b) => (isBefore(a.cursor, b.cursor) ? -1 : 1));
};

/** Takes the events of one run out of its thread's stream. */
const forgetRun = async (redis: Redis, run: { threadId: string; runId: string }): Promise<void> => {
  const key = keyOf(run.threadId);
  let after: EventCursor = { fence: 0, seq: 0 };
  for (;;) {
    const events = await streamedAfter(redis, { ...run, after, limit: LOOKED_AT_ONCE });
    if (events.length === 0) break;
    await redis.xdel(key, ...events.map(({ cursor }) => `${cursor.fence}-${cursor.seq}`));
    after = (events.at(-1) as RunEvent).cursor;
  }
  if ((await redis.xlen(key)) === 0) await redis.del(key);
};

/** A transaction that, once it is committed, also takes away the streamed events of what it removed. */
export const forgetsEvents = ({
  redis,
  transaction,
  onError,
}: {
  redis: Redis;
  transaction: Storage['transaction'];
  onError: (error: unknown) => void;
}): Storage['transaction'] => {
  return async (work, options) => {
    let threads = new Set<string>();
    let runs: { threadId: string; runId: string }[] = [];
    const result = await transaction((ledger) => {
      [threads, runs] = [new Set(), []]; // it may be tried again
      return work(watching(ledger, { threads, runs }));
    }, options);
    for (const threadId of threads) await redis.del(keyOf(threadId)).catch(onError);
    for (const run of runs) await forgetRun(redis, run).catch(onError);
    return result;
  };
};

const watching = (
  ledger: Ledger,
  { threads, runs }: { threads: Set<string>; runs: { threadId: string; runId: string }[] },
): Ledger => ({
  ...ledger,
  threads: {
    ...ledger.threads,
    remove: (threadId) => {
      threads.add(threadId);
      return ledger.threads.remove(threadId);
    },
  },
  runs: {
    ...ledger.runs,
    dropEvents: (threadId) => {
      threads.add(threadId);
      return ledger.runs.dropEvents(threadId);
    },
    remove: ({ threadId, runId }) => {
      runs.push({ threadId, runId });
      return ledger.runs.remove({ threadId, runId });
    },
  },
});
