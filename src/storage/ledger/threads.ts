import { sql, type Selectable } from 'kysely';
import type { StopTarget, ThreadStore, ThreadToLaunchOn } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { prepared } from './prepared.ts';
import type { ThreadsTable, ThreadValuesTable } from './schema.ts';
import { isStoppedAt } from './scope-sql.ts';
import { createThreadDeletion } from './thread-deletion.ts';
import { insertFacts, putFacts } from './thread-facts.ts';
import { createThreadLeases } from './thread-leases.ts';
import { threadFromRow, threadPatchColumns, threadToRow } from './thread-row.ts';
import { createThreadSearch, IS_THERE, NOT_DELETED } from './thread-search.ts';

const insertThread = prepared((db, row: ThreadsTable) =>
  db
    .insertInto('threads')
    .values(row)
    .onConflict((conflict) => conflict.doNothing()),
);

const threadById = prepared((db, { threadId }: { threadId: string }) =>
  db.selectFrom('threads').selectAll().where('thread_id', '=', threadId).where(IS_THERE),
);

const patchThread = prepared((db, { threadId, ...set }: Partial<ThreadsTable> & { threadId: string }) =>
  db.updateTable('threads').set(set).where('thread_id', '=', threadId),
);

const lookToLaunch = prepared((db, { threadId, assistantId }: StopTarget) => {
  const id = sql`${assistantId}`;
  return db
    .selectFrom(sql<{ one: number }>`(SELECT 1 AS one)`.as('look'))
    .leftJoin('threads', (join) => join.on('thread_id', '=', threadId).on(IS_THERE))
    .selectAll('threads')
    .select([
      sql<unknown>`EXISTS (SELECT 1 FROM assistants WHERE assistants.assistant_id = ${id})`.as(
        'has_assistant',
      ),
      isStoppedAt({ threadId: sql`${threadId}`, assistantId: id }).as('stopped'),
    ]);
});

const valuesOf = prepared((db, { threadId }: { threadId: string }) =>
  db.selectFrom('thread_values').selectAll().where('thread_id', '=', threadId),
);

const putValues = prepared((db, { thread_id, ...row }: ThreadValuesTable) =>
  db
    .insertInto('thread_values')
    .values({ thread_id, ...row })
    .onConflict((conflict) => conflict.column('thread_id').doUpdateSet(row)),
);

export const createThreadStore = (db: LedgerConnection): ThreadStore => ({
  ...createThreadLeases(db),
  ...createThreadValues(db),
  ...createThreadDeletion(db),
  ...createThreadSearch(db),

  insert: async (thread) => {
    const { numAffectedRows = 0n } = await insertThread(db, threadToRow(thread));
    const inserted = numAffectedRows > 0n;
    if (inserted) await insertFacts(db, thread.threadId, thread.metadata);
    return inserted;
  },

  get: async (threadId) => {
    const [row] = (await threadById(db, { threadId })).rows;
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
    const { numAffectedRows = 0n } = await patchThread(db, { ...threadPatchColumns(patch), threadId });
    const { metadata, metadataBefore } = patch;
    if (metadata && numAffectedRows > 0n) await putFacts(db, threadId, { metadata, before: metadataBefore });
    return numAffectedRows > 0n;
  },
});

const toLaunchOn = async (
  db: LedgerConnection,
  { threadId, assistantId }: StopTarget,
): Promise<ThreadToLaunchOn> => {
  const [row] = (await lookToLaunch(db, { threadId, assistantId })).rows;
  return {
    thread: typeof row?.thread_id === 'string' ? threadFromRow(row as Selectable<ThreadsTable>) : undefined,
    hasAssistant: Boolean(row?.has_assistant),
    stopped: Boolean(row?.stopped),
  };
};

const createThreadValues = (db: LedgerConnection): Pick<ThreadStore, 'values' | 'putValues'> => ({
  values: async (threadId) => {
    const [row] = (await valuesOf(db, { threadId })).rows;
    return row && { runId: row.run_id, values: row.values_json };
  },

  putValues: async (threadId, { runId, values }) => {
    await putValues(db, { thread_id: threadId, run_id: runId, values_json: values });
  },
});
