import { sql, type Kysely } from 'kysely';
import { inDialectOf } from '../sql-dialect.ts';
import { factRows } from '../thread-facts.ts';

/** Versions of assistants, threads that expire or serve one run only, delayed runs, and what a thread search looks up. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  for (const statement of STATEMENTS) await sql.raw(inDialectOf(db, statement)).execute(db);
  await recordFacts(db);
};

const STATEMENTS = [
  `CREATE TABLE assistant_versions (
    assistant_id TEXT NOT NULL, version INTEGER NOT NULL, graph_id TEXT NOT NULL, name TEXT NOT NULL,
    description TEXT, config_json TEXT NOT NULL, context_json TEXT NOT NULL, metadata_json TEXT NOT NULL,
    created_at TEXT NOT NULL, PRIMARY KEY (assistant_id, version))`,
  `INSERT INTO assistant_versions
    SELECT assistant_id, version, graph_id, name, description, config_json, context_json, metadata_json, created_at
    FROM assistants`,
  `ALTER TABLE threads ADD COLUMN temporary INTEGER NOT NULL DEFAULT 0`,
  `ALTER TABLE threads ADD COLUMN ttl_minutes REAL`,
  `ALTER TABLE threads ADD COLUMN expires_ms BIGINT`,
  `CREATE INDEX threads_expiring ON threads (expires_ms) WHERE expires_ms IS NOT NULL`,
  `CREATE TABLE thread_facts (
    fact TEXT NOT NULL, thread_id TEXT NOT NULL, PRIMARY KEY (fact, thread_id))`,
  `CREATE INDEX thread_facts_by_thread ON thread_facts (thread_id)`,
  `ALTER TABLE runs ADD COLUMN due_ms BIGINT NOT NULL DEFAULT 0`,
  `ALTER TABLE runs ADD COLUMN deadline_ms BIGINT`,
  `CREATE INDEX runs_delayed ON runs (due_ms) WHERE due_ms > 0`,
  `CREATE INDEX runs_unfinished_by_assistant ON runs (assistant_id)
    WHERE state IN ('pending', 'running', 'pausing', 'paused', 'stopped')`,
];

type Tables = {
  threads: { thread_id: string; metadata_json: string };
  thread_facts: { fact: string; thread_id: string };
};

const PAGE = 1000;

const recordFacts = async (untyped: Kysely<unknown>): Promise<void> => {
  const db = untyped.withTables<Tables>();
  for (let after = ''; ;) {
    const rows = await db
      .selectFrom('threads')
      .select(['thread_id', 'metadata_json'])
      .where('thread_id', '>', after)
      .orderBy('thread_id')
      .limit(PAGE)
      .execute();
    for (const row of rows) {
      const facts = factRows(row.thread_id, JSON.parse(row.metadata_json) as Record<string, unknown>);
      if (facts.length > 0) await db.insertInto('thread_facts').values(facts).execute();
    }
    const last = rows.at(-1);
    if (!last || rows.length < PAGE) return;
    after = last.thread_id;
  }
};
