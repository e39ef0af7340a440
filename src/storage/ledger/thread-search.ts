import { sql } from 'kysely';
import type { ThreadFilter } from '../../model/thread.ts';
import type { ThreadStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { jsonContains } from './json-filter.ts';
import { factOf, TOO_MANY } from './thread-facts.ts';
import { threadFromRow } from './thread-row.ts';

/** Written out, as in the partial index: with a parameter SQLite would prepare the statement anew each time. */
export const NOT_DELETED = sql<boolean>`deleted = 0`;
/**
 * The same where the thread is known by its id: not as the partial indexes say it, which a Postgres that has no statistics
 * yet would read through instead.
 */
export const IS_THERE = sql<boolean>`deleted < 1`;

export const createThreadSearch = (db: LedgerConnection): Pick<ThreadStore, 'search' | 'count'> => ({
  search: async (query) => {
    const fact = await rarestFact(db, query);
    const total = await count(db, query, fact);
    const rows = await filtered(db, query, fact)
      .selectAll('threads')
      .orderBy(query.sortBy, query.sortOrder)
      .orderBy('thread_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(threadFromRow), total };
  },

  count: async (filter) => count(db, filter, await rarestFact(db, filter)),
});

const count = async (
  db: LedgerConnection,
  filter: ThreadFilter,
  fact: string | undefined,
): Promise<number> => {
  const { total } = await filtered(db, filter, fact)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
};

const filtered = (
  db: LedgerConnection,
  { ids, status, metadata, values }: ThreadFilter,
  fact: string | undefined,
) => {
  let query = db.selectFrom('threads').where(NOT_DELETED);
  if (ids !== undefined) query = query.where('thread_id', 'in', ids);
  // Not by the index of statuses where the rarer entry of the metadata has few threads: || '' keeps it out of that.
  if (status !== undefined)
    query =
      fact === undefined
        ? query.where('status', '=', status)
        : query.where(sql<boolean>`status || '' = ${status}`);
  if (fact !== undefined) query = query.where('thread_id', 'in', withFact(db, fact));
  if (metadata !== undefined) query = query.where(jsonContains(db, 'threads.metadata_json', metadata));
  if (values !== undefined) query = query.where(hasValues(db, values));
  return query;
};

const withFact = (db: LedgerConnection, fact: string) =>
  db.selectFrom('thread_facts').select('thread_facts.thread_id').where('fact', 'in', [fact, TOO_MANY]);

const hasValues = (db: LedgerConnection, values: Record<string, unknown>) =>
  sql<boolean>`EXISTS (SELECT 1 FROM thread_values AS shown
    WHERE shown.thread_id = threads.thread_id AND ${jsonContains(db, 'shown.values_json', values)})`;

/** A fact with more threads than this narrows too little to be worth it. */
const RARE = 2000;

/** The entry of the wanted metadata that the fewest threads have, where those are few. */
const rarestFact = async (
  db: LedgerConnection,
  { ids, metadata }: ThreadFilter,
): Promise<string | undefined> => {
  if (ids !== undefined) return undefined;
  let rarest: { fact: string; threads: number } | undefined;
  for (const [key, value] of Object.entries(metadata ?? {})) {
    const fact = factOf(key, value);
    if (fact === undefined) continue;
    const most = rarest?.threads ?? RARE;
    const few = db.selectFrom('thread_facts').select('thread_id').where('fact', '=', fact).limit(most);
    const { threads } = await db
      .selectFrom(few.as('few'))
      .select((eb) => eb.fn.countAll<number>().as('threads'))
      .executeTakeFirstOrThrow();
    if (threads < most) rarest = { fact, threads };
  }
  return rarest?.fact;
};
