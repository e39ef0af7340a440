import { withBackend, createPostgresBackend } from 'bullmq';
import pg from 'pg';
import { isUpToDate, migrateLedger, type Migrated } from '../ledger/migrate.ts';
import { CHECKPOINT_SCHEMA } from './checkpoint-tables.ts';
import { kyselyOn } from './ledger-driver.ts';
import { databaseAt, expectOneDatabase } from './one-database.ts';
import { reaching } from './place.ts';
import { Connection, SCHEMA } from './pool.ts';

const { Queue } = withBackend(createPostgresBackend);

/** Any fixed number: who holds this lock migrates. */
const MIGRATION_LOCK = 7_240_001;

/**
 * Brings a database to this version of the code: the ledger, the checkpoints and the queue. Of several at the same
 * time one does it and the others wait. Forward only.
 * @throws {HoldpointError} `storage_unavailable` when the database cannot be used, or is newer than the code;
 * `invalid_request` when the URLs name different ones. Then it is left as it is.
 */
export const migrateSchema = async ({
  url,
  sessionUrl = url,
}: {
  url: string;
  sessionUrl?: string;
}): Promise<Migrated> => {
  await expectOneDatabase({ url, sessionUrl }, (at) => reaching(at, () => databaseAt(at)));
  const options = `-c search_path=${SCHEMA}`;
  // One for the lock, which belongs to its session, and one for the work, which may take long.
  const pool = new pg.Pool({
    connectionString: sessionUrl,
    max: 2,
    Client: Connection,
    options,
    connectionTimeoutMillis: 10_000,
  });
  pool.on('error', () => {});
  try {
    const client = await reaching(sessionUrl, () => pool.connect());
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    try {
      await reaching(sessionUrl, () => client.query(`CREATE SCHEMA IF NOT EXISTS ${SCHEMA}`));
      const ledger = kyselyOn(pool);
      await isUpToDate(ledger, SCHEMA); // a newer one is refused before anything is written
      await client.query(CHECKPOINT_SCHEMA);
      await migrateQueue(sessionUrl);
      await silenceQueue(client);
      return await migrateLedger(ledger, SCHEMA); // last: workers wait for this and for nothing else
    } finally {
      await client.query('SELECT pg_advisory_unlock($1)', [MIGRATION_LOCK]).catch(() => {});
      client.release();
    }
  } finally {
    await pool.end();
  }
};

/** BullMQ keeps its own schema up to date. */
const migrateQueue = async (connectionString: string): Promise<void> => {
  const connection = {
    connectionString,
    schema: `${SCHEMA}_queue`,
    max: 1,
    migrate: true,
    Client: Connection,
  };
  const queue = new Queue('migration', { connection });
  try {
    await queue.waitUntilReady();
  } finally {
    await queue.close();
  }
};

/**
 * BullMQ writes down five events for each job and wakes every listening connection with each. Nobody reads them, and
 * it has no setting to leave them out: the function that publishes them does nothing here.
 */
const silenceQueue = async (client: pg.PoolClient): Promise<void> => {
  const { rows } = await client.query<{ known: boolean }>(
    `SELECT to_regprocedure('${SCHEMA}_queue.publish_event(text, text, jsonb)') IS NOT NULL AS known`,
  );
  if (!rows[0]?.known) return;
  await client.query(`CREATE OR REPLACE FUNCTION ${SCHEMA}_queue.publish_event(p_queue text, p_event text, p_data jsonb)
    RETURNS bigint LANGUAGE sql IMMUTABLE AS 'SELECT 0::bigint'`);
};
