import { randomUUID } from 'node:crypto';
import { sql, type Kysely } from 'kysely';
import type pg from 'pg';
import { isHoldpointError } from '../../model/errors.ts';
import { createPartialStore } from '../ledger/partials.ts';
import { createEffectLedger } from '../ledger/effects.ts';
import { createLedger } from '../ledger/ledger.ts';
import { isUpToDate } from '../ledger/migrate.ts';
import type { LedgerSchema } from '../ledger/schema.ts';
import type { Ledger, Storage } from '../ports.ts';
import { createPostgresCheckpoints } from './checkpointer.ts';
import { startDatabaseClock } from './database-clock.ts';
import { createPostgresEventLog } from './event-log.ts';
import { kyselyOn } from './ledger-driver.ts';
import { migrateSchema } from './migrate.ts';
import { expectOneDatabase } from './one-database.ts';
import { reaching, unusable } from './place.ts';
import { NOTICES_BREAKS, openPool, PreparingConnection, SCHEMA, SERVER_NOTICES } from './pool.ts';
import { createBullQueue } from './run-queue.ts';
import { createPostgresSignalBus } from './signal-bus.ts';
import { again, createTransactions } from './transactions.ts';

/** What carries hints and events: Postgres itself, or something beside it. */
export type Carriers = Pick<Storage, 'queue' | 'signals' | 'events'> &
  Partial<Pick<Storage, 'transaction' | 'health'>> & { close(): Promise<void> };

/** What other carriers are made of. */
export interface CarrierParts {
  ledger: Ledger;
  transaction: Storage['transaction'];
  /** Events in the ledger's own database. */
  events: Storage['events'];
  onError: (error: unknown) => void;
}

export interface PostgresOptions {
  /** Where transactions go; a pooler may stand before it. */
  url: string;
  /** Where LISTEN goes: the server itself. The same as `url` unless a pooler stands before that. */
  sessionUrl?: string;
  poolSize?: number;
  /** Whether anybody in this process follows threads (the default): else it does not hear of their news. */
  follows?: boolean;
  /** Brings the schema up to date first, under a lock; without it the schema is waited for. */
  migrate?: boolean;
  /** Made instead of those on Postgres. */
  carriers?: (parts: CarrierParts) => Promise<Carriers>;
  onError?: (error: unknown) => void;
}

/** Storage in Postgres, for any number of API and worker processes on any number of machines. */
export const openPostgresStorage = async (options: PostgresOptions): Promise<Storage> => {
  const { url, sessionUrl = url, poolSize = 10, migrate = true, follows = true } = options;
  const { onError = () => {} } = options;
  const pool = openPool({ url, poolSize, onError });
  const db = kyselyOn(pool);
  try {
    if (migrate) await migrateSchema({ url, sessionUrl });
    else await untilMigrated(db, { url, sessionUrl, onError });
    const clock = await reaching(url, () => startDatabaseClock(pool, onError));
    const ledger = createLedger(db);
    const run = createTransactions(pool);
    const transaction: Storage['transaction'] = (work, options = {}) => {
      const { flush = true, exclusive = false, single = false } = options;
      const alone = single && flush && !exclusive;
      return alone ? again(() => work(ledger)) : run((tx) => work(createLedger(tx)), { flush, exclusive });
    };
    const parts = { ledger, transaction, events: createPostgresEventLog({ ledger, transaction }), onError };
    const carriers = await (options.carriers?.(parts) ?? openCarriers(parts, { pool, sessionUrl, follows }));
    return {
      ...ledger,
      transaction,
      clock,
      ...carriers,
      checkpoints: createPostgresCheckpoints(pool, clock),
      capabilities: { singleServer: false },
      effects: createEffectLedger({ ledger, transaction }),
      partials: createPartialStore({ ledger, transaction }),
      ping: async () => {
        await sql`SELECT 1`.execute(db);
      },
      close: async () => {
        clock.close();
        await carriers.close();
        await pool.end();
      },
    };
  } catch (error) {
    await pool.end();
    throw error;
  }
};

/** A job that a crash of the server loses is found in the ledger: nobody waits until it is on disk. */
const HINTS_ONLY = `-c synchronous_commit=off -c jit=off${SERVER_NOTICES}`;

const openCarriers = async (
  { ledger, events, onError }: CarrierParts,
  { pool, sessionUrl, follows }: { pool: pg.Pool; sessionUrl: string; follows: boolean },
): Promise<Carriers> => {
  const signals = createPostgresSignalBus({
    pool,
    sessionUrl,
    follows,
    sender: randomUUID(),
    onError,
  });
  const connection = {
    ...NOTICES_BREAKS,
    connectionString: sessionUrl,
    schema: `${SCHEMA}_queue`,
    max: 2,
    Client: PreparingConnection,
    options: HINTS_ONLY,
  };
  const queue = createBullQueue({ connection, runs: ledger.runs, signals, onError });
  await Promise.all([signals.ready, queue.ready]);
  return {
    queue,
    signals,
    events,
    close: async () => {
      await signals.close();
      await queue.close();
    },
  };
};

const LOOK_AGAIN_MS = 1000;

/**
 * Resolves once the database has the schema of this version of the code. What it waits for is told, once for as long as
 * that is the same.
 * @throws {HoldpointError} `storage_unavailable` when it is newer.
 */
const untilMigrated = async (
  db: Kysely<LedgerSchema>,
  { onError, ...urls }: Urls & Required<Pick<PostgresOptions, 'onError'>>,
): Promise<void> => {
  let told: string | undefined;
  for (;;) {
    const missing = await whatIsMissing(db, urls);
    if (missing === undefined) return;
    if (missing !== told) onError(new Error(`waits for the database: ${missing}`));
    told = missing;
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
};

type Urls = Required<Pick<PostgresOptions, 'url' | 'sessionUrl'>>;

const whatIsMissing = async (
  db: Kysely<LedgerSchema>,
  { url, sessionUrl }: Urls,
): Promise<string | undefined> => {
  let asked = url;
  try {
    if (!(await isUpToDate(db, SCHEMA))) return 'no server has migrated it to this version yet';
    asked = sessionUrl;
    await expectOneDatabase({ url, sessionUrl });
    return undefined;
  } catch (error) {
    if (isHoldpointError(error)) throw error;
    return unusable(error, asked).message;
  }
};
