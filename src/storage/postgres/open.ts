import { randomUUID } from 'node:crypto';
import { Kysely, sql } from 'kysely';
import type pg from 'pg';
import { createEffectLedger } from '../ledger/effects.ts';
import { createLedger } from '../ledger/ledger.ts';
import { migrateLedger } from '../ledger/migrate.ts';
import type { LedgerSchema } from '../ledger/schema.ts';
import type { Storage } from '../ports.ts';
import { createPostgresCheckpoints } from './checkpointer.ts';
import { CHECKPOINT_SCHEMA } from './checkpoint-tables.ts';
import { createPostgresEventLog } from './event-log.ts';
import { postgresDialect } from './ledger-driver.ts';
import { openPool, SCHEMA } from './pool.ts';
import { createBullQueue } from './run-queue.ts';
import { createPostgresSignalBus } from './signal-bus.ts';
import { createTransactions } from './transactions.ts';

export interface PostgresOptions {
  /** Where transactions go; a pooler may stand before it. */
  url: string;
  /** Where LISTEN goes: the server itself. The same as `url` unless a pooler stands before that. */
  sessionUrl?: string;
  poolSize?: number;
  /** Brings the schema up to date first, under a lock; without it the schema must be there. */
  migrate?: boolean;
  onError?: (error: unknown) => void;
}

/** Storage in Postgres, for any number of API and worker processes on any number of machines. */
export const openPostgresStorage = async (options: PostgresOptions): Promise<Storage> => {
  const { url, sessionUrl = url, poolSize = 10, migrate = true, onError = () => {} } = options;
  const pool = openPool({ url, poolSize, onError });
  const db = new Kysely<LedgerSchema>({ dialect: postgresDialect(pool) });
  if (migrate) await migratePostgres(pool, db);
  const ledger = createLedger(db);
  const run = createTransactions(pool);
  const transaction: Storage['transaction'] = (work, { flush = true, exclusive = false } = {}) =>
    run((tx) => work(createLedger(tx)), { flush, exclusive });
  const signals = createPostgresSignalBus({ pool, sessionUrl, sender: randomUUID(), onError });
  const connection = { connectionString: sessionUrl, schema: `${SCHEMA}_queue`, max: 2, migrate };
  const queue = createBullQueue({ connection, runs: ledger.runs, onError });
  await Promise.all([signals.ready, queue.ready]);
  return {
    ...ledger,
    transaction,
    signals,
    queue,
    checkpoints: createPostgresCheckpoints(pool),
    capabilities: { singleServer: false },
    events: createPostgresEventLog({ ledger, transaction }),
    effects: createEffectLedger({ ledger, transaction }),
    ping: async () => {
      await sql`SELECT 1`.execute(db);
    },
    close: async () => {
      await signals.close();
      await queue.close();
      await pool.end();
    },
  };
};

/** Any fixed number: who holds this lock migrates. */
const MIGRATION_LOCK = 7_240_001;

const migratePostgres = async (pool: pg.Pool, db: Kysely<LedgerSchema>): Promise<void> => {
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`);
    await client.query(CHECKPOINT_SCHEMA);
    await migrateLedger(db);
  } finally {
    await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {});
    client.release();
  }
};
