import { join } from 'node:path';
import type { Client } from '@langchain/langgraph-sdk';
import Database from 'better-sqlite3';
import pg from 'pg';
import { expect } from 'vitest';
import { SCHEMA } from '../../src/storage/postgres/pool.ts';
import { BACKEND, backendEnv } from '../support/backend.ts';

const inSqlite = <T>(dataDir: string, sql: string): T[] => {
  const db = new Database(join(dataDir, 'holdpoint.db'), { readonly: true, timeout: 5000 });
  try {
    db.prepare('ATTACH ? AS checkpoints').run(join(dataDir, 'checkpoints.db'));
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
};

const inPostgres = async <T extends object>(dataDir: string, sql: string): Promise<T[]> => {
  const { HOLDPOINT_DATABASE_URL: connectionString } = await backendEnv(dataDir);
  const client = new pg.Client({ connectionString, options: `-c search_path=${SCHEMA}` });
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
};

/** Asks the databases of the server of this folder, wherever they are. Counts come as text from some. */
const query = async <T extends object>(dataDir: string, sql: string): Promise<T[]> =>
  BACKEND === 'embedded' ? inSqlite<T>(dataDir, sql) : inPostgres<T>(dataDir, sql);

const OF_CHECKPOINTS =
  BACKEND === 'embedded' ? ['writes', 'leases'] : ['checkpoint_writes', 'checkpoint_leases'];
const OF_THREADS = ['threads', 'runs', 'run_events', 'thread_values', 'session_log', 'checkpoints'];
const TABLES = [...OF_THREADS, ...OF_CHECKPOINTS];

/** Rows of threads that are gone, by table; and threads whose deletion stands half done. */
export const orphans = async (dataDir: string): Promise<Record<string, number>> => {
  const found: Record<string, number> = {};
  for (const table of TABLES) {
    const [row] = await query<{ count: number }>(
      dataDir,
      `SELECT count(*) AS count FROM ${table} WHERE thread_id NOT IN (SELECT thread_id FROM threads WHERE deleted = 0)`,
    );
    if (Number(row?.count) > 0) found[table] = Number(row?.count);
  }
  return found;
};

/** What SQLite says of each database file: nothing when both are whole. Postgres looks after its own. */
export const damage = (dataDir: string): string[] =>
  ['holdpoint.db', 'checkpoints.db'].flatMap((file) => {
    if (BACKEND !== 'embedded') return [];
    const db = new Database(join(dataDir, file), { readonly: true, timeout: 5000 });
    const said = db.prepare<[], string>('PRAGMA integrity_check').pluck().all();
    db.close();
    return said.filter((words) => words !== 'ok');
  });

/** How many rows of a thread each table holds. */
export const storedRows = async (dataDir: string, threadId: string): Promise<Record<string, number>> => {
  const stored: Record<string, number> = {};
  for (const table of TABLES) {
    const sql = `SELECT count(*) AS count FROM ${table} WHERE thread_id = '${threadId}'`;
    stored[table] = Number((await query<{ count: number }>(dataDir, sql))[0]?.count);
  }
  return stored;
};

/** Threads that a worker still owns. */
export const heldThreads = async (dataDir: string): Promise<string[]> =>
  (
    await query<{ thread_id: string }>(dataDir, 'SELECT thread_id FROM threads WHERE lease_token IS NOT NULL')
  ).map((row) => row.thread_id);

/** What the ledger shows of a thread at rest is what its latest checkpoint says. */
export const expectAgreement = async (client: Client, threadId: string): Promise<void> => {
  const thread = await client.threads.get(threadId);
  const state = await client.threads.getState(threadId);
  const asked = state.tasks.flatMap(({ interrupts }) => interrupts);
  expect({ values: thread.values, questions: Object.values(thread.interrupts).flat() }).toEqual({
    values: state.values,
    questions: asked,
  });
  if (thread.status !== 'error') expect(thread.status).toBe(state.next.length > 0 ? 'interrupted' : 'idle');
};

export interface LedgerRun {
  state: string;
  attempt: number;
  spent: number;
  failure: { reason: string; error: string; message: string } | null;
}

interface RunRow extends Omit<LedgerRun, 'failure'> {
  failure_json: string | null;
}

/** A run as the ledger has it. */
export const storedRun = async (dataDir: string, runId: string): Promise<LedgerRun> => {
  const sql = `SELECT state, attempt, spent, failure_json FROM runs WHERE run_id = '${runId}'`;
  const [row] = await query<RunRow>(dataDir, sql);
  if (!row) throw new Error(`there is no run ${runId}`);
  const { failure_json: failure, state, attempt, spent } = row;
  const run = { state, attempt: Number(attempt), spent: Number(spent) };
  return { ...run, failure: failure === null ? null : (JSON.parse(failure) as LedgerRun['failure']) };
};

/** All states that some of these runs are in. */
export const storedStates = async (dataDir: string, runIds: string[]): Promise<Set<string>> => {
  const ids = runIds.map((id) => `'${id}'`).join(', ');
  const rows = await query<{ state: string }>(dataDir, `SELECT state FROM runs WHERE run_id IN (${ids})`);
  expect(rows).toHaveLength(runIds.length);
  return new Set(rows.map(({ state }) => state));
};

/** What the session log says of a run, in order. */
export const runLog = async (
  dataDir: string,
  runId: string,
): Promise<{ kind: string; to: string; detail: Record<string, unknown> }[]> =>
  (
    await query<{ kind: string; to_state: string; detail_json: string | null }>(
      dataDir,
      `SELECT kind, to_state, detail_json FROM session_log WHERE run_id = '${runId}' ORDER BY seq`,
    )
  ).map((row) => ({
    kind: row.kind,
    to: row.to_state,
    detail: JSON.parse(row.detail_json ?? '{}') as Record<string, unknown>,
  }));
