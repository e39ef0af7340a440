import { once } from 'node:events';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { sql } from 'kysely';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createGroupCommit } from '../../src/storage/embedded/group-commit.ts';
import { openEmbeddedStorage, openLedgerDatabase } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { thread } from './ports/records.ts';
import { temporaryFolder } from '../support/server.ts';

/** Another connection that writes: it holds the lock until the flag is set, or so many milliseconds. */
const HOLDER = `
  const { parentPort, workerData: { file, flag, ms } } = require('node:worker_threads');
  const db = new (require('better-sqlite3'))(file);
  db.exec('BEGIN IMMEDIATE');
  parentPort.postMessage('held');
  Atomics.wait(flag, 0, 0, ms);
  db.exec('COMMIT');
  db.close();
`;

describe('a ledger that another process is writing', () => {
  let dataDir: string;
  let storage: Storage;
  beforeEach(async () => {
    dataDir = temporaryFolder();
    storage = await openEmbeddedStorage({ dataDir, synchronous: 'NORMAL' });
  });
  afterEach(() => storage.close());

  const held = async (ms: number) => {
    const flag = new Int32Array(new SharedArrayBuffer(4));
    const workerData = { file: join(dataDir, 'holdpoint.db'), flag, ms };
    const holder = new Worker(HOLDER, { eval: true, workerData });
    const gone = once(holder, 'exit');
    await once(holder, 'message');
    const release = async (): Promise<void> => {
      Atomics.store(flag, 0, 1);
      Atomics.notify(flag, 0);
      await gone;
    };
    return { release, gone };
  };

  /** Of a transaction that was asked for while another process writes: whether this one's event loop went on. */
  const askedMeanwhile = async () => {
    const other = await held(60_000);
    let done = false;
    const inserted = storage
      .transaction((ledger) => ledger.threads.insert(thread()))
      .finally(() => (done = true));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    const waits = !done;
    await other.release();
    return { waits, inserted: await inserted };
  };

  it('takes a transaction when the other has ended, and the process does other things meanwhile', async () => {
    expect(await askedMeanwhile()).toEqual({ waits: true, inserted: true });
  });

  it('puts all that came meanwhile into one commit, but nothing to be flushed into one that is not', async () => {
    const { db } = await openLedgerDatabase({ dataDir, synchronous: 'NORMAL' });
    const flushes: boolean[] = [];
    const commit = createGroupCommit(db, (flush) => flushes.push(flush));
    const commits = new Set<unknown>();
    const work = (connection: unknown): Promise<unknown> => Promise.resolve(commits.add(connection));
    const waiting: Promise<unknown>[] = [];
    const ask = async (flush: boolean): Promise<void> => {
      waiting.push(commit(work, flush));
      for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate);
    };
    const other = await held(60_000);
    for (const flush of [false, false, true, false]) await ask(flush);
    await other.release();
    await Promise.all(waiting);
    expect(flushes).toEqual([false, true]);
    expect(commits.size).toBe(2);
    await db.destroy();
  });

  it('takes a single statement when the other has ended, rather than refuse it', async () => {
    const other = await held(100);
    const result = await sql`UPDATE threads SET updated_at = ''`.execute(storage.connection);
    expect(result.numAffectedRows).toBe(0n);
    await other.gone;
    expect(await askedMeanwhile()).toEqual({ waits: true, inserted: true }); // not as the single statement waited
  });
});
