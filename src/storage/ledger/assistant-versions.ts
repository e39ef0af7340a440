import type { Selectable } from 'kysely';
import type { Assistant, AssistantVersion } from '../../model/assistant.ts';
import type { AssistantStore } from '../ports.ts';
import type { LedgerConnection } from './connection.ts';
import { jsonContains } from './json-filter.ts';
import type { AssistantVersionsTable } from './schema.ts';

type Versions = Pick<AssistantStore, 'putVersion' | 'version' | 'versions' | 'showVersion'>;

/** Every version is kept; the assistant's own row is a copy of the one that is shown. */
export const createAssistantVersions = (db: LedgerConnection): Versions => ({
  putVersion: async (assistant) => {
    const { highest } = await db
      .selectFrom('assistant_versions')
      .select((eb) => eb.fn.max('version').as('highest'))
      .where('assistant_id', '=', assistant.assistantId)
      .executeTakeFirstOrThrow();
    const next = { ...assistant, version: (highest ?? 0) + 1 };
    await insertVersion(db, { ...next, createdAt: assistant.updatedAt });
    await show(db, next);
    return next;
  },

  version: async ({ assistantId, version }) => {
    const row = await db
      .selectFrom('assistant_versions')
      .selectAll()
      .where('assistant_id', '=', assistantId)
      .where('version', '=', version)
      .executeTakeFirst();
    return row && versionFromRow(row);
  },

  versions: async ({ assistantId, metadata, limit, offset }) => {
    let query = db.selectFrom('assistant_versions').selectAll().where('assistant_id', '=', assistantId);
    if (metadata !== undefined) query = query.where(jsonContains(db, 'metadata_json', metadata));
    const rows = await query.orderBy('version', 'desc').limit(limit).offset(offset).execute();
    return rows.map(versionFromRow);
  },

  showVersion: async ({ assistantId, version, updatedAt }) => {
    const row = await db
      .selectFrom('assistant_versions')
      .innerJoin('assistants', 'assistants.assistant_id', 'assistant_versions.assistant_id')
      .selectAll('assistant_versions')
      .select('assistants.created_at as assistant_created_at')
      .where('assistant_versions.assistant_id', '=', assistantId)
      .where('assistant_versions.version', '=', version)
      .executeTakeFirst();
    if (!row) return undefined;
    const shown = { ...versionFromRow(row), createdAt: row.assistant_created_at, updatedAt };
    await show(db, shown);
    return shown;
  },
});

export const insertVersion = async (db: LedgerConnection, version: AssistantVersion): Promise<void> => {
  await db.insertInto('assistant_versions').values(versionToRow(version)).execute();
};

/** Copies a version into the assistant's own row. */
const show = async (db: LedgerConnection, assistant: Assistant): Promise<void> => {
  const { assistant_id, created_at: _created, ...columns } = versionToRow(assistant);
  await db
    .updateTable('assistants')
    .set({ ...columns, updated_at: assistant.updatedAt })
    .where('assistant_id', '=', assistant_id)
    .execute();
};

export const versionToRow = (version: AssistantVersion): AssistantVersionsTable => ({
  assistant_id: version.assistantId,
  graph_id: version.graphId,
  name: version.name,
  description: version.description,
  config_json: JSON.stringify(version.config),
  context_json: JSON.stringify(version.context),
  metadata_json: JSON.stringify(version.metadata),
  version: version.version,
  created_at: version.createdAt,
});

export const versionFromRow = (row: Selectable<AssistantVersionsTable>): AssistantVersion => ({
  assistantId: row.assistant_id,
  graphId: row.graph_id,
  name: row.name,
  description: row.description,
  config: JSON.parse(row.config_json) as Assistant['config'],
  context: JSON.parse(row.context_json) as Assistant['context'],
  metadata: JSON.parse(row.metadata_json) as Assistant['metadata'],
  version: row.version,
  createdAt: row.created_at,
});
