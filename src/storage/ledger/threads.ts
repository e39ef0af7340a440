import { sql } from 'kysely';
import type { ThreadSearch } from '../../model/thread.ts';
import type { ThreadStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { jsonContains } from './json-filter.ts';
import { threadFromRow, threadPatchColumns, threadToRow } from './thread-row.ts';
import { createThreadLeases } from './thread-leases.ts';

export const createThreadStore = (db: LedgerConnection): ThreadStore => ({
  ...createThreadLeases(db),
  ...createThreadValues(db),
  ...createThreadDeletion(db),

  insert: async (thread) => {
    const result = await db
      .insertInto('threads')
      .values(threadToRow(thread))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  },

  get: async (threadId) => {
    const row = await db
      .selectFrom('threads')
      .selectAll()
      .where('thread_id', '=', threadId)
      .where(NOT_DELETED)
      .executeTakeFirst();
    return row && threadFromRow(row);
  },

  search: async (query) => {
    const matching = filtered(db, query);
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy(query.sortBy, query.sortOrder)
      .orderBy('thread_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(threadFromRow), total };
  },

  patch: async (threadId, patch) => {
    const result = await db
      .updateTable('threads')
      .set(threadPatchColumns(patch))
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },
});

const createThreadValues = (db: LedgerConnection): Pick<ThreadStore, 'values' | 'putValues'> => ({
  values: async (threadId) => {
    const row = await db
      .selectFrom('thread_values')
      .selectAll()
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return row && { runId: row.run_id, values: row.values_json };
  },

  putValues: async (threadId, { runId, values }) => {
    const row = { run_id: runId, values_json: values };
    await db
      .insertInto('thread_values')
      .values({ thread_id: threadId, ...row })
      .onConflict((conflict) => conflict.column('thread_id').doUpdateSet(row))
      .execute();
  },
});

const createThreadDeletion = (
  db: LedgerConnection,
): Pick<ThreadStore, 'markDeleted' | 'marked' | 'remove'> => ({
  markDeleted: async (threadId) => {
    const result = await db
      .updateTable('threads')
      .set({ deleted: 1, lease_token: null, lease_owner: null, active_run_id: null, fence: sql`fence + 1` })
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  marked: async () => {
    const rows = await db
      .selectFrom('threads')
      .select('thread_id')
      .where(sql<boolean>`deleted = 1`)
      .execute();
    return rows.map((row) => row.thread_id);
  },

  remove: async (threadId) => {
    for (const table of OF_A_THREAD) await db.deleteFrom(table).where('thread_id', '=', threadId).execute();
    await db
      .deleteFrom('sticky_decisions')
      .where('scope', '=', 'thread')
      .where('scope_id', '=', threadId)
      .execute();
  },
});

/** Every table with rows of a thread. */
const OF_A_THREAD = [
  'runs',
  'run_events',
  'session_log',
  'thread_values',
  'approvals',
  'approval_tools',
  'pauses',
  'threads',
] as const;

/** Written out, as in the partial index: with a parameter SQLite would prepare the statement anew each time. */
const NOT_DELETED = sql<boolean>`deleted = 0`;

const filtered = (db: LedgerConnection, { ids, status, metadata }: ThreadSearch) => {
  let query = db.selectFrom('threads').where(NOT_DELETED);
  if (ids !== undefined) query = query.where('thread_id', 'in', ids);
  if (status !== undefined) query = query.where('status', '=', status);
  if (metadata !== undefined) query = query.where(jsonContains(db, 'metadata_json', metadata));
  return query;
};
