import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';

/** Worker processes on any machine, and what they are asked. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(inDialectOf(db, statement)).execute(db);
};

const STATEMENTS = [
  `CREATE TABLE worker_processes (
    worker_id TEXT PRIMARY KEY, node_id TEXT NOT NULL, seen_json TEXT NOT NULL, started_ms BIGINT NOT NULL,
    expires_ms BIGINT NOT NULL, order_json TEXT)`,
  `CREATE TABLE worker_calls (
    call_id TEXT PRIMARY KEY, method TEXT NOT NULL, params_json TEXT NOT NULL, deadline_ms BIGINT NOT NULL,
    taken_by TEXT, answer_json TEXT)`,
  `CREATE INDEX worker_calls_waiting ON worker_calls (deadline_ms) WHERE taken_by IS NULL`,
];
