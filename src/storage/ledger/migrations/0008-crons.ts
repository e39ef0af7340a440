import type { Kysely } from 'kysely';

/** Runs that are launched again and again. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('crons')
    .addColumn('cron_id', 'text', (column) => column.primaryKey())
    .addColumn('thread_id', 'text')
    .addColumn('assistant_id', 'text', (column) => column.notNull())
    .addColumn('schedule', 'text', (column) => column.notNull())
    .addColumn('timezone', 'text')
    .addColumn('end_time', 'text')
    .addColumn('next_run_ms', 'bigint')
    .addColumn('enabled', 'integer', (column) => column.notNull())
    .addColumn('on_run_completed', 'text', (column) => column.notNull())
    .addColumn('payload_json', 'text', (column) => column.notNull())
    .addColumn('launch_json', 'text', (column) => column.notNull())
    .addColumn('metadata_json', 'text', (column) => column.notNull())
    .addColumn('user_id', 'text')
    .addColumn('last_error_json', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema.createIndex('crons_due').on('crons').columns(['enabled', 'next_run_ms']).execute();
  await db.schema.createIndex('crons_by_thread').on('crons').column('thread_id').execute();
};
