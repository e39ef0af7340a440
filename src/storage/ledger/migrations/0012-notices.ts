import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';

/** What is told of outside: who is told, where A2A clients listen, and how a message is sent. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(inDialectOf(db, statement)).execute(db);
};

const STATEMENTS = [
  `CREATE TABLE notices (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, at TEXT NOT NULL, thread_id TEXT, run_id TEXT,
    assistant_id TEXT, state TEXT, subject_id TEXT, detail_json TEXT)`,
  `CREATE TABLE notification_targets (
    target_id TEXT PRIMARY KEY, assistant_id TEXT, channel TEXT NOT NULL, address TEXT NOT NULL,
    events_json TEXT NOT NULL, created_by TEXT NOT NULL, created_at TEXT NOT NULL)`,
  `CREATE TABLE push_configs (
    task_id TEXT NOT NULL, config_id TEXT NOT NULL, thread_id TEXT NOT NULL, url TEXT NOT NULL, token TEXT,
    authentication_json TEXT, protocol TEXT NOT NULL, created_at TEXT NOT NULL,
    PRIMARY KEY (task_id, config_id))`,
  `CREATE INDEX push_configs_by_thread ON push_configs (thread_id)`,
  `ALTER TABLE outbound ADD COLUMN headers_json TEXT`,
  `CREATE INDEX approvals_by_answer ON approvals (answer_run_id) WHERE answer_run_id IS NOT NULL`,
  `CREATE INDEX runs_by_assistant ON runs (assistant_id, updated_at)`,
];
