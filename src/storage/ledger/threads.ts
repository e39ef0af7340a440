import type { ThreadStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { createThreadDeletion } from './thread-deletion.ts';
import { insertFacts, putFacts } from './thread-facts.ts';
import { createThreadLeases } from './thread-leases.ts';
import { threadFromRow, threadPatchColumns, threadToRow } from './thread-row.ts';
import { createThreadSearch, NOT_DELETED } from './thread-search.ts';

export const createThreadStore = (db: LedgerConnection): ThreadStore => ({
  ...createThreadLeases(db),
  ...createThreadValues(db),
  ...createThreadDeletion(db),
  ...createThreadSearch(db),

  insert: async (thread) => {
    const result = await db
      .insertInto('threads')
      .values(threadToRow(thread))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    const inserted = (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    if (inserted) await insertFacts(db, thread.threadId, thread.metadata);
    return inserted;
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

  idle: async ({ after, until, limit }) => {
    const rows = await db
      .selectFrom('threads')
      .select(['thread_id', 'updated_at'])
      .where(NOT_DELETED)
      .where('status', '=', 'idle')
      .where('updated_at', '<=', until)
      .where((is) =>
        is.or([
          is('updated_at', '>', after.updatedAt),
          is.and([is('updated_at', '=', after.updatedAt), is('thread_id', '>', after.threadId)]),
        ]),
      )
      .orderBy('updated_at')
      .orderBy('thread_id')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ updatedAt: row.updated_at, threadId: row.thread_id }));
  },

  patch: async (threadId, patch) => {
    // The row first: two that write it follow each other before they come to its facts.
    const { numUpdatedRows } = await db
      .updateTable('threads')
      .set(threadPatchColumns(patch))
      .where('thread_id', '=', threadId)
      .executeTakeFirst();
    if (patch.metadata && numUpdatedRows > 0n) await putFacts(db, threadId, patch.metadata);
    return numUpdatedRows > 0n;
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
