import type { Kysely } from 'kysely';

/** What models had said when their step was cut. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('partial_outputs')
    .addColumn('thread_id', 'text', (column) => column.primaryKey())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('attempt', 'integer', (column) => column.notNull())
    .addColumn('messages_json', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
};
