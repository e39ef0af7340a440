import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';

/** Threads, runs, assistants, events and the session log. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(inDialectOf(db, statement)).execute(db);
};

const STATEMENTS = [
  `CREATE TABLE assistants (
    assistant_id TEXT PRIMARY KEY, graph_id TEXT NOT NULL, name TEXT NOT NULL, description TEXT,
    config_json TEXT NOT NULL, context_json TEXT NOT NULL, metadata_json TEXT NOT NULL,
    version INTEGER NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)`,
  `CREATE TABLE threads (
    thread_id TEXT PRIMARY KEY, graph_id TEXT, metadata_json TEXT NOT NULL, config_json TEXT NOT NULL,
    status TEXT NOT NULL, interrupts_json TEXT NOT NULL,
    lifecycle_state TEXT, lifecycle_since TEXT, lifecycle_reason TEXT,
    fence INTEGER NOT NULL DEFAULT 0, lease_token TEXT, lease_owner TEXT, lease_expires_ms BIGINT,
    active_run_id TEXT, deleted INTEGER NOT NULL DEFAULT 0,
    created_at TEXT NOT NULL, updated_at TEXT NOT NULL)`,
  `CREATE INDEX threads_by_created ON threads (created_at)`,
  `CREATE INDEX threads_by_updated ON threads (updated_at)`,
  `CREATE INDEX threads_by_status ON threads (status, created_at)`,
  `CREATE INDEX threads_held ON threads (lease_owner) WHERE lease_owner IS NOT NULL`,
  `CREATE INDEX threads_marked ON threads (thread_id) WHERE deleted = 1`,
  `CREATE TABLE thread_values (thread_id TEXT PRIMARY KEY, run_id TEXT, values_json TEXT NOT NULL)`,
  `CREATE TABLE runs (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, run_id TEXT NOT NULL UNIQUE, thread_id TEXT NOT NULL,
    assistant_id TEXT NOT NULL, state TEXT NOT NULL, desired TEXT NOT NULL,
    attempt INTEGER NOT NULL, spent INTEGER NOT NULL, queued INTEGER NOT NULL,
    has_events INTEGER NOT NULL DEFAULT 1,
    multitask_strategy TEXT NOT NULL, kwargs_json TEXT NOT NULL, metadata_json TEXT NOT NULL,
    failure_json TEXT, reason TEXT, fence_floor INTEGER NOT NULL,
    since TEXT NOT NULL, created_at TEXT NOT NULL, updated_at TEXT NOT NULL)`,
  `CREATE INDEX runs_by_thread ON runs (thread_id, seq)`,
  `CREATE UNIQUE INDEX runs_one_held ON runs (thread_id) WHERE state IN ('running', 'pausing')`,
  `CREATE INDEX runs_unfinished ON runs (thread_id, seq)
    WHERE state IN ('pending', 'running', 'pausing', 'paused', 'stopped')`,
  `CREATE INDEX runs_with_events ON runs (seq) WHERE has_events = 1`,
  `CREATE INDEX runs_queued ON runs (seq) WHERE queued = 1`,
  `CREATE TABLE run_events (
    thread_id TEXT NOT NULL, fence INTEGER NOT NULL, seq INTEGER NOT NULL, run_id TEXT NOT NULL,
    event TEXT NOT NULL, data TEXT, ref_json TEXT, PRIMARY KEY (thread_id, fence, seq)) WITHOUT ROWID`,
  `CREATE TABLE session_log (
    seq INTEGER PRIMARY KEY AUTOINCREMENT, thread_id TEXT NOT NULL, run_id TEXT, at TEXT NOT NULL,
    actor TEXT NOT NULL, kind TEXT NOT NULL, from_state TEXT, to_state TEXT, detail_json TEXT)`,
  `CREATE INDEX session_log_by_thread ON session_log (thread_id, seq)`,
];
