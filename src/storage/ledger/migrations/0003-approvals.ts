import { sql, type Kysely } from 'kysely';

/** Questions with their decisions, and decisions that are remembered. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await createApprovals(db);
  await db.schema
    .createTable('approval_tools')
    .addColumn('approval_id', 'text', (column) => column.notNull())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('approval_tools_pk', ['approval_id', 'tool'])
    .execute();
  await db.schema.createIndex('approval_tools_by_thread').on('approval_tools').column('thread_id').execute();
  await createStickyDecisions(db);
};

const createApprovals = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('approvals')
    .addColumn('approval_id', 'text', (column) => column.primaryKey())
    .addColumn('thread_id', 'text', (column) => column.notNull())
    .addColumn('run_id', 'text', (column) => column.notNull())
    .addColumn('assistant_id', 'text', (column) => column.notNull())
    .addColumn('graph_id', 'text', (column) => column.notNull())
    .addColumn('interrupt_id', 'text', (column) => column.notNull())
    .addColumn('task_id', 'text', (column) => column.notNull())
    .addColumn('checkpoint_id', 'text', (column) => column.notNull())
    .addColumn('ordinal', 'integer', (column) => column.notNull())
    .addColumn('payload_hash', 'text', (column) => column.notNull())
    .addColumn('payload_json', 'text', (column) => column.notNull())
    .addColumn('response_schema_json', 'text')
    .addColumn('tools_json', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('open', 'integer', (column) => column.notNull())
    .addColumn('raised_by', 'text')
    .addColumn('expires_at', 'text')
    .addColumn('on_expiry', 'text', (column) => column.notNull())
    .addColumn('expired_at', 'text')
    .addColumn('decision_json', 'text')
    .addColumn('answer_hash', 'text')
    .addColumn('decided_by', 'text')
    .addColumn('decided_at', 'text')
    .addColumn('decided_via', 'text')
    .addColumn('answer_run_id', 'text')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .execute();
  await db.schema
    .createIndex('approvals_by_status')
    .on('approvals')
    .columns(['status', 'created_at'])
    .execute();
  await db.schema
    .createIndex('approvals_by_thread')
    .on('approvals')
    .columns(['thread_id', 'created_at'])
    .execute();
  await db.schema
    .createIndex('approvals_open')
    .on('approvals')
    .column('thread_id')
    .where(sql<boolean>`open = 1`)
    .execute();
  await db.schema
    .createIndex('approvals_due')
    .on('approvals')
    .column('expires_at')
    .where(sql<boolean>`status = 'waiting' AND expired_at IS NULL`)
    .execute();
};

const createStickyDecisions = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('sticky_decisions')
    .addColumn('sticky_id', 'text', (column) => column.primaryKey())
    .addColumn('scope', 'text', (column) => column.notNull())
    .addColumn('scope_id', 'text', (column) => column.notNull())
    .addColumn('tool', 'text', (column) => column.notNull())
    .addColumn('decision', 'text', (column) => column.notNull())
    .addColumn('message', 'text')
    .addColumn('decided_by', 'text', (column) => column.notNull())
    .addColumn('approval_id', 'text', (column) => column.notNull())
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('revoked_at', 'text')
    .addColumn('revoked_by', 'text')
    .execute();
  await db.schema
    .createIndex('sticky_decisions_in_force')
    .unique()
    .on('sticky_decisions')
    .columns(['scope', 'scope_id', 'tool'])
    .where(sql<boolean>`revoked_at IS NULL`)
    .execute();
};
