import { PostgresAdapter, type Kysely } from 'kysely';

/** Whether the ledger is on Postgres; otherwise it is on SQLite. The few words they do not share are chosen by it. */
export const isPostgres = (db: Pick<Kysely<unknown>, 'getExecutor'>): boolean =>
  db.getExecutor().adapter instanceof PostgresAdapter;

/** A CREATE statement in the words of the database it runs on. Written for SQLite. */
export const inDialectOf = (db: Kysely<unknown>, statement: string): string =>
  isPostgres(db)
    ? statement
        .replace(/INTEGER PRIMARY KEY AUTOINCREMENT/g, 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY')
        .replace(/\bINTEGER\b/g, 'BIGINT')
        .replace(/\bBLOB\b/g, 'BYTEA')
        .replace(/ WITHOUT ROWID/g, '')
    : statement;
