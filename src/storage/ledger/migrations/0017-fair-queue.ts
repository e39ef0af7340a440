import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';

/** Whose turn it is in the queue, how many runs of an assistant may be at work, and what all processes counted. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(inDialectOf(db, statement)).execute(db);
};

const STATEMENTS = [
  `ALTER TABLE runs ADD COLUMN priority INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE runs ADD COLUMN lane TEXT NOT NULL DEFAULT ''`,
  `ALTER TABLE runs ADD COLUMN turn INTEGER NOT NULL DEFAULT 0`,
  `CREATE INDEX runs_in_turn ON runs (priority DESC, turn, seq) WHERE queued = 1`,
  `CREATE INDEX runs_of_lane ON runs (priority, lane, turn) WHERE queued = 1`,
  `DROP INDEX runs_queued`,
  `CREATE TABLE assistant_limits (
    assistant_id TEXT PRIMARY KEY, max_running INTEGER, priority INTEGER NOT NULL, claims INTEGER NOT NULL DEFAULT 0,
    updated_by TEXT NOT NULL, updated_at TEXT NOT NULL)`,
  `CREATE TABLE tallies (
    name TEXT NOT NULL, labels TEXT NOT NULL, value DOUBLE PRECISION NOT NULL, PRIMARY KEY (name, labels))`,
];
