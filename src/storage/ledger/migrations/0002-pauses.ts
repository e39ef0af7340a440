import { sql, type Kysely } from 'kysely';

/** Pauses; runs and threads name theirs, and a run keeps what its last resume brought along. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(statement).execute(db);
};

const STATEMENTS = [
  `CREATE TABLE pauses (
    pause_id TEXT PRIMARY KEY, thread_id TEXT NOT NULL, run_id TEXT NOT NULL,
    state TEXT NOT NULL, cause TEXT NOT NULL, reason TEXT NOT NULL,
    requested_by TEXT NOT NULL, requested_at TEXT NOT NULL,
    mode TEXT NOT NULL, drain_timeout_ms BIGINT NOT NULL, on_timeout TEXT NOT NULL, drain_deadline_ms BIGINT,
    resume_behavior TEXT NOT NULL, release_mode TEXT NOT NULL,
    resume_when_json TEXT, resume_token_hash TEXT, resume_token_expires_ms BIGINT,
    scope_id TEXT, window_id TEXT, remedy_json TEXT,
    checkpoint_json TEXT, verified INTEGER, paused_at TEXT, ended_at TEXT, ended_by TEXT)`,
  `CREATE UNIQUE INDEX pauses_current ON pauses (thread_id) WHERE state IN ('draining', 'paused')`,
  `CREATE INDEX pauses_by_thread ON pauses (thread_id, requested_at)`,
  `CREATE INDEX pauses_draining ON pauses (drain_deadline_ms) WHERE drain_deadline_ms IS NOT NULL`,
  `CREATE UNIQUE INDEX pauses_by_token ON pauses (resume_token_hash) WHERE resume_token_hash IS NOT NULL`,
  `CREATE INDEX pauses_by_scope ON pauses (scope_id) WHERE scope_id IS NOT NULL`,
  `CREATE INDEX pauses_by_window ON pauses (window_id) WHERE window_id IS NOT NULL`,
  `ALTER TABLE runs ADD COLUMN pause_id TEXT`,
  `ALTER TABLE runs ADD COLUMN resume_json TEXT`,
  `ALTER TABLE threads ADD COLUMN lifecycle_pause_id TEXT`,
];
