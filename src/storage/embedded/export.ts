import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ExportedTable } from '../exported.ts';
import { openCheckpointFile } from './checkpoint-file.ts';

/** Rows read at once. */
const BATCH = 500;

/** Tables that say who migrated what, and what only processes of this machine have to do with. */
const LEFT_OUT = /^(sqlite_|kysely_)|^worker_/;

/**
 * All that a data folder holds, table by table, under the names that Postgres has for it. The folder must be locked and
 * its ledger up to date.
 */
export const exportDataFolder = function* (dataDir: string): Generator<ExportedTable> {
  const ledger = new Database(join(dataDir, 'holdpoint.db'), { readonly: true });
  const checkpoints = openCheckpointFile({
    path: join(dataDir, 'checkpoints.db'),
    synchronous: 'FULL',
    readonly: true,
  });
  try {
    for (const name of tablesOf(ledger)) yield tableOf(ledger, name, name);
    yield tableOf(checkpoints, 'checkpoints', 'checkpoints');
    yield tableOf(checkpoints, 'writes', 'checkpoint_writes');
    yield tableOf(checkpoints, 'leases', 'checkpoint_leases');
  } finally {
    ledger.close();
    checkpoints.close();
  }
};

const tablesOf = (db: Database.Database): string[] =>
  db
    .prepare<[], { name: string }>(`SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name`)
    .all()
    .map(({ name }) => name)
    .filter((name) => !LEFT_OUT.test(name));

const tableOf = (db: Database.Database, from: string, name: string): ExportedTable => {
  const columns = db
    .prepare<[], { name: string }>(`SELECT name FROM pragma_table_info('${from}')`)
    .all()
    .map((column) => column.name);
  return { name, columns, batches: batchesOf(db, `SELECT ${columns.join(', ')} FROM ${from}`) };
};

/** In the order in which they were written. */
const batchesOf = function* (db: Database.Database, query: string): Generator<unknown[][]> {
  let batch: unknown[][] = [];
  for (const row of db.prepare<[], unknown[]>(query).raw().iterate() as Iterable<unknown[]>) {
    batch.push(row);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
};
