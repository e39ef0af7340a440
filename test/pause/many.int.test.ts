import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPauseServer, type PauseServer, type RunRef } from './pause-server.ts';

/** Fewer in CI; HOLDPOINT_LONG=1 for all that was promised, in the time that was promised. */
const LONG = process.env['HOLDPOINT_LONG'] === '1';
const THREADS = LONG ? 10_000 : 500;
/** How many states are read, of threads from everywhere among them. */
const READS = LONG ? 500 : 20;

let server: PauseServer;
let first: RunRef;

/** Copies the rows of one paused thread as often as is asked: they are what a paused thread is. */
const multiply = (dataDir: string, { threadId, runId }: RunRef, count: number): void => {
  for (const [file, tables] of Object.entries(FILES)) {
    const db = new Database(join(dataDir, file));
    const copies = tables.map((table) => {
      const rows = db.prepare<[string], Record<string, unknown>>(
        `SELECT * FROM ${table} WHERE thread_id = ?`,
      );
      return { table, rows: rows.all(threadId) };
    });
    db.transaction(() => {
      for (const ids of names(count)) {
        const renamed = { [threadId]: ids.thread, [runId]: ids.run, pause: ids.pause };
        for (const { table, rows } of copies)
          for (const row of rows) insert(db, table, asAnother(row, renamed));
      }
    })();
    db.close();
  }
};

const FILES = {
  'holdpoint.db': ['threads', 'runs', 'thread_values', 'pauses', 'session_log'],
  'checkpoints.db': ['checkpoints', 'writes', 'leases'],
};

interface Names {
  thread: string;
  run: string;
  pause: string;
}

/** The same for both files. */
const known: Names[] = [];
const names = (count: number): Names[] => {
  while (known.length < count) known.push({ thread: randomUUID(), run: randomUUID(), pause: randomUUID() });
  return known.slice(0, count);
};

const asAnother = (
  row: Record<string, unknown>,
  renamed: Record<string, string>,
): Record<string, unknown> => {
  const { seq: _, ...fields } = row;
  return Object.fromEntries(
    Object.entries(fields).map(([column, value]) => {
      if (column.endsWith('pause_id') && value !== null) return [column, renamed['pause']];
      if (column === 'resume_token_hash') return [column, null];
      return [column, typeof value === 'string' && value in renamed ? renamed[value] : value];
    }),
  );
};

const insert = (db: Database.Database, table: string, row: Record<string, unknown>): void => {
  const columns = Object.keys(row);
  db.prepare(
    `INSERT INTO ${table} (${columns.join(', ')}) VALUES (${columns.map(() => '?').join(', ')})`,
  ).run(...Object.values(row));
};

const memoryMiB = (pid: number | undefined): number => {
  const [, kib = '0'] = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
};

beforeAll(async () => {
  server = await startPauseServer();
  first = await server.launch('linear', { ms: 300 });
  await server.pause(first);
  expect(await server.atRest(first)).toMatchObject({ state: 'paused' });
});
afterAll(() => server.kill('SIGTERM'));

describe(`${THREADS} paused threads`, () => {
  it('cost no memory worth naming, are there after a start, and each can be read and resumed', async () => {
    const alone = memoryMiB(server.process.pid);
    await server.kill('SIGTERM');
    multiply(server.dataDir, first, THREADS);
    const begun = performance.now();
    server = await startPauseServer({ dataDir: server.dataDir });
    const started = performance.now() - begun;
    const many = memoryMiB(server.process.pid);
    console.log(`start ${Math.round(started)} ms; memory ${Math.round(alone)} → ${Math.round(many)} MiB`);
    expect(many - alone).toBeLessThan(64);
    expect(started).toBeLessThan(LONG ? 5000 : Infinity);
    const { runs } = (await server.api<{ runs: { paused: number } }>('GET', '/queue')).body;
    expect(runs.paused).toBe(THREADS + 1);
    const times: number[] = [];
    for (let i = 0; i < READS; i++) {
      const { thread } = known[Math.floor((i * THREADS) / READS)] as Names;
      const asked = performance.now();
      expect((await server.api('GET', `/threads/${thread}/state`)).status).toBe(200);
      times.push(performance.now() - asked);
    }
    times.sort((a, b) => a - b);
    const [p50 = NaN, p99 = NaN] = [0.5, 0.99].map((part) => times[Math.floor(READS * part)]);
    console.log(`state of ${READS} threads: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms`);
    expect(p99).toBeLessThan(LONG ? 20 : Infinity);
    const picked = [0, THREADS / 2, THREADS - 1].map((index) => known[index] as Names);
    for (const { thread: threadId, run: runId } of picked) {
      const run = { threadId, runId };
      expect(await server.current(run)).toMatchObject({ state: 'paused', verified: true });
      expect((await server.resume(run)).status).toBe(202);
      expect(await server.atRest(run)).toMatchObject({ state: 'success' });
    }
  });
});
