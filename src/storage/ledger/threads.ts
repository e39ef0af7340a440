import { sql, type Selectable } from 'kysely';
import type { StopTarget, ThreadStore, ThreadToLaunchOn } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import type { ThreadsTable } from './schema.ts';
import { isStoppedAt } from './scope-sql.ts';
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

  toLaunchOn: (target) => toLaunchOn(db, target),

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
    const { metadata, metadataBefore } = patch;
    if (metadata && numUpdatedRows > 0n) await putFacts(db, threadId, { metadata, before: metadataBefore });
    return numUpdatedRows > 0n;
  },
});

const toLaunchOn = async (
  db: LedgerConnection,
  { threadId, assistantId }: StopTarget,
): Promise<ThreadToLaunchOn> => {
  const id = sql`${assistantId}`;
  const row = await db
    .selectFrom(sql<{ one: number }>`(SELECT 1 AS one)`.as('look'))
    .leftJoin('threads', (join) => join.on('thread_id', '=', threadId).on(NOT_DELETED))
    .selectAll('threads')
    .select([
      sql<unknown>`EXISTS (SELECT 1 FROM assistants WHERE assistants.assistant_id = ${id})`.as(
        'has_assistant',
      ),
      isStoppedAt({ threadId: sql`${threadId}`, assistantId: id }).as('stopped'),
    ])
    .executeTakeFirstOrThrow();
  return {
    thread: row.thread_id === null ? undefined : threadFromRow(row as Selectable<ThreadsTable>),
    hasAssistant: Boolean(row.has_assistant),
    stopped: Boolean(row.stopped),
  };
};

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
