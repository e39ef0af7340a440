import { join } from 'node:path';
import type { Client } from '@langchain/langgraph-sdk';
import Database from 'better-sqlite3';
import pg from 'pg';
import { expect } from 'vitest';
import { SCHEMA } from '../../src/storage/postgres/pool.ts';
import { BACKEND, backendEnv } from '../support/backend.ts';

const query = <T>(dataDir: string, file: string, sql: string): T[] => {
  const db = new Database(join(dataDir, file), { readonly: true, timeout: 5000 });
  try {
    return db.prepare<[], T>(sql).all();
  } finally {
    db.close();
  }
};

const TABLES = {
  'holdpoint.db': ['threads', 'runs', 'run_events', 'thread_values', 'session_log'],
  'checkpoints.db': ['checkpoints', 'writes', 'leases'],
};

/** Rows of threads that are gone, by table; and threads whose deletion stands half done. */
export const orphans = (dataDir: string): Record<string, number> => {
  const threads = query<{ thread_id: string }>(
    dataDir,
    'holdpoint.db',
    'SELECT thread_id FROM threads WHERE deleted = 0',
  );
  const known = new Set(threads.map((row) => row.thread_id));
  const found: Record<string, number> = {};
  for (const [file, names] of Object.entries(TABLES)) {
    for (const table of names) {
      const rows = query<{ thread_id: string }>(dataDir, file, `SELECT thread_id FROM ${table}`);
      const count = rows.filter((row) => !known.has(row.thread_id)).length;
      if (count > 0) found[table] = count;
    }
  }
  return found;
};

/** What SQLite says of each database file: "ok", or what is wrong. */
export const integrity = (dataDir: string): string[] =>
  ['holdpoint.db', 'checkpoints.db'].flatMap((file) =>
    query<{ integrity_check: string }>(dataDir, file, 'PRAGMA integrity_check').map(
      (row) => row.integrity_check,
    ),
  );

/** How many rows of a thread each table holds. */
export const storedRows = (dataDir: string, threadId: string): Record<string, number> =>
  Object.fromEntries(
    Object.entries(TABLES).flatMap(([file, tables]) =>
      tables.map((table) => {
        const sql = `SELECT count(*) AS count FROM ${table} WHERE thread_id = '${threadId}'`;
        return [table, query<{ count: number }>(dataDir, file, sql)[0]?.count ?? 0];
      }),
    ),
  );

/** Threads that a worker still owns. */
export const heldThreads = (dataDir: string): string[] =>
  query<{ thread_id: string }>(
    dataDir,
    'holdpoint.db',
    'SELECT thread_id FROM threads WHERE lease_token IS NOT NULL',
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

const RUN = (runId: string) =>
  `SELECT state, attempt, spent, failure_json FROM runs WHERE run_id = '${runId}'`;

/** A run as the ledger has it. */
export const ledgerRun = (dataDir: string, runId: string): LedgerRun =>
  runOf(runId, query<RunRow>(dataDir, 'holdpoint.db', RUN(runId)));

/** A run as the ledger has it, wherever the server of this folder keeps its ledger. */
export const storedRun = async (dataDir: string, runId: string): Promise<LedgerRun> => {
  if (BACKEND === 'embedded') return ledgerRun(dataDir, runId);
  const { HOLDPOINT_DATABASE_URL: connectionString } = await backendEnv(dataDir);
  const client = new pg.Client({ connectionString, options: `-c search_path=${SCHEMA}` });
  await client.connect();
  try {
    return runOf(runId, (await client.query<RunRow>(RUN(runId))).rows);
  } finally {
    await client.end();
  }
};

const runOf = (runId: string, [row]: RunRow[]): LedgerRun => {
  if (!row) throw new Error(`there is no run ${runId}`);
  const { failure_json: failure, state, attempt, spent } = row;
  const run = { state, attempt: Number(attempt), spent: Number(spent) }; // Postgres sends them as text
  return { ...run, failure: failure === null ? null : (JSON.parse(failure) as LedgerRun['failure']) };
};

/** What the session log says of a run, in order. */
export const runLog = (
  dataDir: string,
  runId: string,
): { kind: string; to: string; detail: Record<string, unknown> }[] =>
  query<{ kind: string; to_state: string; detail_json: string | null }>(
    dataDir,
    'holdpoint.db',
    `SELECT kind, to_state, detail_json FROM session_log WHERE run_id = '${runId}' ORDER BY seq`,
  ).map((row) => ({
    kind: row.kind,
    to: row.to_state,
    detail: JSON.parse(row.detail_json ?? '{}') as Record<string, unknown>,
  }));
