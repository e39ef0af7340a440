import {
  HandleEmptyInListsPlugin,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  replaceWithNoncontingentExpression,
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
} from 'kysely';
import type pg from 'pg';
import type { LedgerSchema } from '../ledger/schema.ts';
import { asked, isOfConnection, isStalePlan } from './pool.ts';
import { prepareAnew, prepared } from './prepared.ts';

/** Kysely on the pool. Lists may be empty, as in SQLite: nothing is in them. */
export const kyselyOn = (pool: pg.Pool): Kysely<LedgerSchema> =>
  new Kysely<LedgerSchema>({
    dialect: postgresDialect(pool),
    plugins: [new HandleEmptyInListsPlugin({ strategy: replaceWithNoncontingentExpression })],
  });

/** Each statement is prepared once per connection. */
const postgresDialect = (pool: pg.Pool): Dialect => ({
  createAdapter: () => new PostgresAdapter(),
  createDriver: () => new PoolDriver(pool),
  createIntrospector: (kysely) => new PostgresIntrospector(kysely),
  createQueryCompiler: () => new PostgresQueryCompiler(),
});

class PooledConnection implements DatabaseConnection {
  readonly client: pg.PoolClient;
  /** Nobody is to get it again. */
  broken = false;

  constructor(client: pg.PoolClient) {
    this.client = client;
  }

  async executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, rowCount, command } = await this.#query(sql, parameters);
    return {
      rows: rows as R[],
      ...(command !== 'SELECT' && rowCount !== null && { numAffectedRows: BigInt(rowCount) }),
    };
  }

  async #query(sql: string, parameters: readonly unknown[]): Promise<pg.QueryResult> {
    try {
      return await asked(this.client.query(prepared(sql, parameters)));
    } catch (error) {
      this.broken ||= isOfConnection(error);
      if (!isStalePlan(error)) throw error;
      prepareAnew(sql);
      // Within a transaction nothing is answered any more: all of it is tried again.
      return await asked(this.client.query(prepared(sql, parameters))).catch(() => Promise.reject(error));
    }
  }

  // eslint-disable-next-line require-yield -- nothing is ever streamed
  async *streamQuery<R>(): AsyncIterableIterator<QueryResult<R>> {
    throw new Error('rows are not streamed: read in pages');
  }
}

class PoolDriver implements Driver {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  init(): Promise<void> {
    return Promise.resolve();
  }

  async acquireConnection(): Promise<DatabaseConnection> {
    return new PooledConnection(await asked(this.#pool.connect()));
  }

  async releaseConnection(connection: DatabaseConnection): Promise<void> {
    const { client, broken } = connection as PooledConnection;
    client.release(broken);
    return Promise.resolve();
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).client.query('BEGIN');
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).client.query('COMMIT');
  }

  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await (connection as PooledConnection).client.query('ROLLBACK');
  }

  /** The pool belongs to who opened it. */
  destroy(): Promise<void> {
    return Promise.resolve();
  }
}
