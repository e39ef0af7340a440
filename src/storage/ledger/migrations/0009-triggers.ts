import { sql, type Kysely } from 'kysely';

/** What resumes from outside or by time, pauses of many threads, and scheduled pauses. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await resumeConditions(db);
  await scopePauses(db);
  await pauseWindows(db);
};

const resumeConditions = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('resume_conditions')
    .addColumn('pause_id', 'text', (column) => column.notNull())
    .addColumn('place', 'integer', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('event', 'text')
    .addColumn('since_ms', 'bigint', (column) => column.notNull())
    .addColumn('due_ms', 'bigint')
    .addColumn('met', 'integer', (column) => column.notNull())
    .addPrimaryKeyConstraint('resume_conditions_key', ['pause_id', 'place'])
    .execute();
  await schema
    .createIndex('resume_conditions_by_event')
    .on('resume_conditions')
    .columns(['event', 'pause_id'])
    .where(sql<boolean>`met = 0`)
    .execute();
  await schema
    .createIndex('resume_conditions_by_time')
    .on('resume_conditions')
    .columns(['due_ms'])
    .where('due_ms', 'is not', null)
    .execute();
  await schema
    .createTable('resume_fires')
    .addColumn('pause_id', 'text', (column) => column.primaryKey())
    .addColumn('trigger', 'text', (column) => column.notNull())
    .addColumn('data_json', 'text')
    .addColumn('fired_ms', 'bigint', (column) => column.notNull())
    .addColumn('next_ms', 'bigint', (column) => column.notNull())
    .addColumn('tries', 'integer', (column) => column.notNull())
    .addColumn('refusal', 'text')
    .execute();
  await schema.createIndex('resume_fires_due').on('resume_fires').columns(['next_ms', 'pause_id']).execute();
  await schema
    .createTable('external_events')
    .addColumn('event_id', 'text', (column) => column.primaryKey())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('data_json', 'text', (column) => column.notNull())
    .addColumn('received_ms', 'bigint', (column) => column.notNull())
    .addColumn('seen_pause_id', 'text', (column) => column.notNull())
    .addColumn('done', 'integer', (column) => column.notNull())
    .execute();
  await schema
    .createIndex('external_events_open')
    .on('external_events')
    .columns(['done', 'received_ms'])
    .execute();
};

const scopePauses = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('scope_pauses')
    .addColumn('scope_pause_id', 'text', (column) => column.primaryKey())
    .addColumn('scope_type', 'text', (column) => column.notNull())
    .addColumn('scope_id', 'text')
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('swept', 'integer', (column) => column.notNull())
    .addColumn('terms_json', 'text', (column) => column.notNull())
    .addColumn('new_runs', 'text', (column) => column.notNull())
    .addColumn('redirect_to', 'text')
    .addColumn('resume_when_json', 'text')
    .addColumn('resume_token_hash', 'text')
    .addColumn('window_id', 'text')
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('requested_at', 'text', (column) => column.notNull())
    .addColumn('ended_by', 'text')
    .addColumn('ended_at', 'text')
    .execute();
  await schema
    .createIndex('scope_pauses_active')
    .on('scope_pauses')
    .columns(['scope_type', 'scope_id'])
    .where(sql<boolean>`state = 'active'`)
    .execute();
  await schema.createIndex('scope_pauses_by_time').on('scope_pauses').columns(['requested_at']).execute();
  await schema
    .createIndex('scope_pauses_by_token')
    .on('scope_pauses')
    .columns(['resume_token_hash'])
    .execute();
};

const pauseWindows = async ({ schema }: Kysely<unknown>): Promise<void> => {
  await schema
    .createTable('pause_windows')
    .addColumn('window_id', 'text', (column) => column.primaryKey())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('definition_json', 'text', (column) => column.notNull())
    .addColumn('since_ms', 'bigint', (column) => column.notNull())
    .addColumn('last_start_ms', 'bigint')
    .addColumn('told_json', 'text', (column) => column.notNull())
    .addColumn('open_json', 'text')
    .addColumn('version', 'integer', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
};
