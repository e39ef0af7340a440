import { sql, type Kysely } from 'kysely';

/** Emergency stops with what they cover, and the ledger of side effects. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await createStops(db);
  await createEffects(db);
};

const createStops = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('emergency_stops')
    .addColumn('stop_id', 'text', (column) => column.primaryKey())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('scope_id', 'text')
    .addColumn('reason', 'text', (column) => column.notNull())
    .addColumn('requested_by', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('released_at', 'text')
    .addColumn('released_by', 'text')
    .execute();
  await db.schema
    .createIndex('emergency_stops_in_force')
    .on('emergency_stops')
    .columns(['scope', 'scope_id'])
    .where(sql<boolean>`released_at IS NULL`)
    .execute();
  await db.schema
    .createTable('emergency_stop_runs')
    .addColumn('stop_id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('worker', 'text')
    .addColumn('confirmed_at', 'text')
    .addPrimaryKeyConstraint('emergency_stop_runs_pk', ['stop_id', 'run_id'])
    .execute();
  await db.schema
    .createIndex('emergency_stop_runs_unconfirmed')
    .on('emergency_stop_runs')
    .column('worker')
    .where(sql<boolean>`confirmed_at IS NULL`)
    .execute();
};

const createEffects = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('effects')
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('effect_key', 'text', (column) => column.notNull())
    .addColumn('name', 'text', (column) => column.notNull())
    .addColumn('checkpoint_ns', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('tool_call_id', 'text')
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('on_in_doubt', 'text', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .addColumn('result_json', 'text')
    .addColumn('error', 'text')
    .addColumn('intended_at', 'text', (column) => column.notNull())
    .addColumn('settled_at', 'text')
    .addPrimaryKeyConstraint('effects_pk', ['thread_id', 'effect_key'])
    .execute();
};
