import { setImmediate } from 'node:timers/promises';
import type Database from 'better-sqlite3';
import {
  CompiledQuery,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';

/**
 * Kysely on one better-sqlite3 connection. Unlike Kysely's own dialect it begins transactions IMMEDIATE, so
 * that a read inside one never has to be upgraded and fail, and prepares each statement once.
 */
export const sqliteDialect = (db: Database.Database): Dialect => ({
  createAdapter: () => new TransactionalAdapter(),
  createDriver: () => new ImmediateDriver(new CachedConnection(db)),
  createIntrospector: (kysely) => new SqliteIntrospector(kysely),
  createQueryCompiler: () => new SqliteQueryCompiler(),
});

/** SQLite takes a change of the schema back like any other: Kysely does not say so. Migrations are all or nothing by it. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** How long a transaction waits for the other processes' before it is refused. */
const LOCK_WAIT_MS = 5000;

/** Statements kept prepared; far more than the code has, so that only generated filters ever fall out. */
const MAX_STATEMENTS = 500;

const isBusy = (error: unknown): boolean => (error as { code?: string }).code === 'SQLITE_BUSY';

/**
 * Half a surrogate pair is stored as U+FFFD, as Postgres does it: SQLite would take it as it is and give back another
 * text, by which what was stored is not found.
 */
const wellFormed = (value: unknown): unknown => (typeof value === 'string' ? value.toWellFormed() : value);

class CachedConnection implements DatabaseConnection {
  readonly #db: Database.Database;
  readonly #statements = new Map<string, Database.Statement>();
  readonly #begin: Database.Statement;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#wait(0); // a transaction waits for its turn by itself, and in one no statement has to
    this.#begin = db.prepare('BEGIN IMMEDIATE');
  }

  executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      return Promise.resolve(this.#run<R>(query));
    } catch (error) {
      return Promise.reject(error instanceof Error ? error : new Error(String(error)));
    }
  }

  // eslint-disable-next-line require-yield -- nothing is ever streamed
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed: read in pages');
  }

  /** False when another process is writing; with `last`, that is an error. */
  tryBegin(last: boolean): boolean {
    try {
      this.#begin.run();
      return true;
    } catch (error) {
      if (last || !isBusy(error)) throw error;
      return false;
    }
  }

  get inTransaction(): boolean {
    return this.#db.inTransaction;
  }

  close(): void {
    this.#db.close();
  }

  #run<R>({ sql, parameters: given }: CompiledQuery): QueryResult<R> {
    const statement = this.#statement(sql);
    const parameters = given.map(wellFormed);
    const run = (): QueryResult<R> => {
      if (statement.reader) return { rows: statement.all(...parameters) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid), rows: [] };
    };
    return this.#db.inTransaction ? run() : this.#patiently(run);
  }

  /** Runs what stands alone; when another process is in its way, again and with patience. */
  #patiently<T>(statement: () => T): T {
    try {
      return statement();
    } catch (error) {
      if (!isBusy(error)) throw error;
    }
    this.#wait(LOCK_WAIT_MS);
    try {
      return statement();
    } finally {
      this.#wait(0);
    }
  }

  /** For how long SQLite itself waits, the event loop with it. Each time this is said takes as long as a small statement. */
  #wait(ms: number): void {
    this.#db.pragma(`busy_timeout = ${ms}`);
  }

  #statement(sql: string): Database.Statement {
    const known = this.#statements.get(sql);
    if (known) return known;
    if (this.#statements.size >= MAX_STATEMENTS) this.#statements.clear();
    const statement = this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

/** One connection, lent to one caller at a time in the order they asked. */
class ImmediateDriver implements Driver {
  readonly #connection: CachedConnection;
  readonly #waiting: (() => void)[] = [];
  #lent = false;

  constructor(connection: CachedConnection) {
    this.#connection = connection;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    if (this.#lent) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#lent = true;
    return this.#connection;
  }

  releaseConnection(): Promise<void> {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#lent = false;
    return Promise.resolve();
  }

  /**
   * Waits for the other process's transaction by asking again and again, a turn of the event loop apart. SQLite's
   * own waiting would stop the event loop, sleeps for milliseconds where the lock is free in less, and starves.
   */
  async beginTransaction(): Promise<void> {
    const deadline = performance.now() + LOCK_WAIT_MS;
    while (!this.#connection.tryBegin(performance.now() > deadline)) await setImmediate();
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('COMMIT'));
  }

  /** SQLite has already rolled back by itself after some errors, a full disk among them. */
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    if (this.#connection.inTransaction) await connection.executeQuery(CompiledQuery.raw('ROLLBACK'));
  }

  destroy(): Promise<void> {
    this.#connection.close();
    return Promise.resolve();
  }
}
