import { sql } from 'kysely';
import type { AssistantFilter } from '../../model/assistant.ts';
import type { AssistantStore } from '../ports.ts';
import {
  createAssistantVersions,
  insertVersion,
  versionFromRow,
  versionToRow,
} from './assistant-versions.ts';
import type { LedgerConnection } from './connection.ts';
import { isPostgres } from './sql-dialect.ts';
import { jsonContains } from './json-filter.ts';
import { prepared } from './prepared.ts';

const assistantById = prepared((db, { assistantId }: { assistantId: string }) =>
  db.selectFrom('assistants').selectAll().where('assistant_id', '=', assistantId),
);

export const createAssistantStore = (db: LedgerConnection): AssistantStore => ({
  ...createAssistantVersions(db),

  insert: async (assistant) => {
    const result = await db
      .insertInto('assistants')
      .values({ ...versionToRow(assistant), updated_at: assistant.updatedAt })
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    const inserted = (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
    if (inserted) await insertVersion(db, assistant);
    return inserted;
  },

  get: async (assistantId) => {
    const [row] = (await assistantById(db, { assistantId })).rows;
    return row && { ...versionFromRow(row), updatedAt: row.updated_at };
  },

  search: async (query) => {
    const matching = filtered(db, query);
    const total = await count(db, query);
    const rows = await matching
      .selectAll()
      .orderBy(query.sortBy, query.sortOrder)
      .orderBy('assistant_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map((row) => ({ ...versionFromRow(row), updatedAt: row.updated_at })), total };
  },

  count: (filter) => count(db, filter),

  remove: async (assistantId) => {
    await db.deleteFrom('assistant_versions').where('assistant_id', '=', assistantId).execute();
    await db.deleteFrom('pause_conditions').where('assistant_id', '=', assistantId).execute();
    await db.deleteFrom('notification_targets').where('assistant_id', '=', assistantId).execute();
    await db.deleteFrom('crons').where('assistant_id', '=', assistantId).execute();
    await db
      .deleteFrom('sticky_decisions')
      .where('scope', '=', 'assistant')
      .where('scope_id', '=', assistantId)
      .execute();
    const result = await db
      .deleteFrom('assistants')
      .where('assistant_id', '=', assistantId)
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  },
});

const count = async (db: LedgerConnection, filter: AssistantFilter): Promise<number> => {
  const { total } = await filtered(db, filter)
    .select((eb) => eb.fn.countAll<number>().as('total'))
    .executeTakeFirstOrThrow();
  return total;
};

const filtered = (db: LedgerConnection, { graphId, name, metadata }: AssistantFilter) => {
  let query = db.selectFrom('assistants');
  if (graphId !== undefined) query = query.where('graph_id', '=', graphId);
  if (name !== undefined)
    query = query.where(
      sql<boolean>`${sql.raw(isPostgres(db) ? 'strpos' : 'instr')}(lower(name), lower(${name})) > 0`,
    );
  if (metadata !== undefined) query = query.where(jsonContains(db, 'metadata_json', metadata));
  return query;
};
