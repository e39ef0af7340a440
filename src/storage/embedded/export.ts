import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { ExportedTable } from '../exported.ts';
import type { CheckpointRow } from '../checkpoint-rows.ts';
import { prepareLists } from './list-tables.ts';
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
  const lists = openCheckpointFile({
    path: join(dataDir, 'checkpoints.db'),
    synchronous: 'FULL',
    readonly: true,
  });
  try {
    for (const name of tablesOf(ledger)) yield each(tableOf(ledger, name, name), wholeTime);
    yield each(wholeCheckpoints(tableOf(checkpoints, 'checkpoints', 'checkpoints'), lists), ofSomeRun);
    yield each(tableOf(checkpoints, 'writes', 'checkpoint_writes'), ofSomeRun);
    yield tableOf(checkpoints, 'leases', 'checkpoint_leases');
  } finally {
    ledger.close();
    checkpoints.close();
    lists.close();
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

/** A table, each of its values as `toValue` makes it. */
const each = (
  { name, columns, batches }: ExportedTable,
  toValue: (value: unknown, column: string | undefined) => unknown,
): ExportedTable => {
  const rows = function* (): Generator<unknown[][]> {
    for (const batch of batches)
      yield batch.map((row) => row.map((value, at) => toValue(value, columns[at])));
  };
  return { name, columns, batches: rows() };
};

/** Postgres takes whole milliseconds alone; SQLite also kept what a fraction of a minute came to. */
const wholeTime = (value: unknown, column = ''): unknown =>
  column.endsWith('_ms') && typeof value === 'number' ? Math.ceil(value) : value;

/** On SQLite no run is named where none of ours made it: in a copied thread, and by a plain `SqliteSaver`. */
const ofSomeRun = (value: unknown, column = ''): unknown => (column === 'run_id' ? (value ?? '') : value);

/** Postgres keeps no lists apart: each checkpoint goes with its lists in it. */
const wholeCheckpoints = (
  { name, columns, batches }: ExportedTable,
  db: Database.Database,
): ExportedTable => {
  const { whole } = prepareLists(db);
  const toRow = (values: unknown[]): CheckpointRow =>
    Object.fromEntries(columns.map((column, index) => [column, values[index]])) as unknown as CheckpointRow;
  const fill = (values: unknown[]): unknown[] => {
    const { type, checkpoint } = whole(toRow(values));
    return columns.map((column, index) => {
      if (column === 'type') return type;
      return column === 'checkpoint' ? Buffer.from(checkpoint) : values[index];
    });
  };
  const filled = function* (): Generator<unknown[][]> {
    for (const batch of batches) yield batch.map(fill);
  };
  return { name, columns, batches: filled() };
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
