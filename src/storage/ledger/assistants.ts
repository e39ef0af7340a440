import { sql, type Selectable } from 'kysely';
import type { Assistant, AssistantSearch } from '../../model/assistant.ts';
import type { AssistantStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { isPostgres } from './sql-dialect.ts';
import { jsonContains } from './json-filter.ts';
import type { AssistantsTable } from './schema.ts';

export const createAssistantStore = (db: LedgerConnection): AssistantStore => ({
  insert: async (assistant) => {
    const result = await db
      .insertInto('assistants')
      .values(toRow(assistant))
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  },

  get: async (assistantId) => {
    const row = await db
      .selectFrom('assistants')
      .selectAll()
      .where('assistant_id', '=', assistantId)
      .executeTakeFirst();
    return row && fromRow(row);
  },

  search: async (query) => {
    const matching = filtered(db, query);
    const { total } = await matching
      .select((eb) => eb.fn.countAll<number>().as('total'))
      .executeTakeFirstOrThrow();
    const rows = await matching
      .selectAll()
      .orderBy(query.sortBy, query.sortOrder)
      .orderBy('assistant_id')
      .limit(query.limit)
      .offset(query.offset)
      .execute();
    return { items: rows.map(fromRow), total };
  },
});

const filtered = (db: LedgerConnection, { graphId, name, metadata }: AssistantSearch) => {
  let query = db.selectFrom('assistants');
  if (graphId !== undefined) query = query.where('graph_id', '=', graphId);
  if (name !== undefined)
    query = query.where(
      sql<boolean>`${sql.raw(isPostgres(db) ? 'strpos' : 'instr')}(lower(name), lower(${name})) > 0`,
    );
  if (metadata !== undefined) query = query.where(jsonContains(db, 'metadata_json', metadata));
  return query;
};

const toRow = (assistant: Assistant): AssistantsTable => ({
  assistant_id: assistant.assistantId,
  graph_id: assistant.graphId,
  name: assistant.name,
  description: assistant.description,
  config_json: JSON.stringify(assistant.config),
  context_json: JSON.stringify(assistant.context),
  metadata_json: JSON.stringify(assistant.metadata),
  version: assistant.version,
  created_at: assistant.createdAt,
  updated_at: assistant.updatedAt,
});

const fromRow = (row: Selectable<AssistantsTable>): Assistant => ({
  assistantId: row.assistant_id,
  graphId: row.graph_id,
  name: row.name,
  description: row.description,
  config: JSON.parse(row.config_json) as Assistant['config'],
  context: JSON.parse(row.context_json) as Assistant['context'],
  metadata: JSON.parse(row.metadata_json) as Assistant['metadata'],
  version: row.version,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});
