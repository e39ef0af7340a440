import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';

/** The conditions that the server watches itself, and what it has seen. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('pause_conditions')
    .addColumn('assistant_id', 'text', (column) => column.primaryKey())
    .addColumn('conditions_json', 'text', (column) => column.notNull())
    .addColumn('updated_by', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createTable('run_usage')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('model', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('assistant_id', 'text', (column) => column.notNull())
    .addColumn('calls', 'bigint', (column) => column.notNull())
    .addColumn('input_tokens', 'bigint', (column) => column.notNull())
    .addColumn('output_tokens', 'bigint', (column) => column.notNull())
    .addColumn('cost', 'double precision', (column) => column.notNull())
    .addPrimaryKeyConstraint('run_usage_key', ['run_id', 'model'])
    .execute();
  await db.schema.createIndex('run_usage_by_thread').on('run_usage').column('thread_id').execute();
  const failures = `CREATE TABLE step_failures (
    seq INTEGER PRIMARY KEY AUTOINCREMENT,
    thread_id TEXT NOT NULL,
    run_id TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    what TEXT NOT NULL,
    error TEXT NOT NULL
  )`;
  await sql.raw(inDialectOf(db, failures)).execute(db);
  await db.schema
    .createIndex('step_failures_by_thread')
    .on('step_failures')
    .columns(['thread_id', 'at_ms'])
    .execute();
};
