import type { Kysely } from 'kysely';

/** Messages that leave the server. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('outbound')
    .addColumn('outbound_id', 'text', (column) => column.primaryKey())
    .addColumn('kind', 'text', (column) => column.notNull())
    .addColumn('url', 'text', (column) => column.notNull())
    .addColumn('origin', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text')
    .addColumn('run_id', 'text')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('attempts', 'integer', (column) => column.notNull())
    .addColumn('next_ms', 'bigint')
    .addColumn('answer_status', 'integer')
    .addColumn('error', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('outbound_due')
    .on('outbound')
    .columns(['next_ms', 'outbound_id'])
    .where('next_ms', 'is not', null)
    .execute();
  await db.schema
    .createIndex('outbound_by_status')
    .on('outbound')
    .columns(['status', 'updated_at'])
    .execute();
  await db.schema.createIndex('outbound_by_created').on('outbound').column('created_at').execute();
};
