import Database from 'better-sqlite3';
import { Kysely, sql } from 'kysely';
import { expect, it, onTestFinished } from 'vitest';
import type { LedgerConnection } from '../../src/storage/ledger/connection.ts';
import { prepared } from '../../src/storage/ledger/prepared.ts';
import { sqliteDialect } from '../../src/storage/embedded/sqlite-dialect.ts';

interface Row {
  id: string;
  note?: string | null | undefined;
}

const opened = async (): Promise<LedgerConnection> => {
  const db = new Kysely<{ rows: Row }>({ dialect: sqliteDialect(new Database(':memory:')) });
  onTestFinished(() => db.destroy());
  await sql`CREATE TABLE rows (id TEXT PRIMARY KEY, note TEXT DEFAULT 'none')`.execute(db);
  return db as unknown as LedgerConnection;
};
const rowsOf = (db: LedgerConnection) => db as unknown as Kysely<{ rows: Row }>;

it('is built once for each set of names, and sent with the values of each call', async () => {
  const db = await opened();
  let built = 0;
  const insert = prepared((connection, row: Row) => {
    built += 1;
    return rowsOf(connection).insertInto('rows').values(row);
  });
  expect((await insert(db, { id: 'a', note: 'first' })).numAffectedRows).toBe(1n);
  await db.transaction().execute((tx) => insert(tx, { id: 'b', note: null }));
  await insert(db, { id: 'c', note: undefined });
  await insert(db, { id: 'd' });
  expect(built).toBe(2);
  expect(await rowsOf(db).selectFrom('rows').selectAll().execute()).toEqual([
    { id: 'a', note: 'first' },
    { id: 'b', note: null },
    { id: 'c', note: 'none' },
    { id: 'd', note: 'none' },
  ]);
});

it('binds a value wherever it is named, and never writes it into the query', async () => {
  const db = await opened();
  const echo = prepared(
    (_, { text }: { text: string }) => sql<{ a: string; b: string }>`SELECT ${text} AS a, ${text} AS b`,
  );
  for (const text of ["'; DROP TABLE rows; --", '?', 'plain'])
    expect((await echo(db, { text })).rows).toEqual([{ a: text, b: text }]);
});
