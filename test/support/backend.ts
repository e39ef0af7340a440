import { createHash } from 'node:crypto';
import pg from 'pg';

/** Where the servers under test keep everything; `HOLDPOINT_TEST_BACKEND` says so. */
export type Backend = 'embedded' | 'postgres' | 'redis';

export const BACKEND = (process.env['HOLDPOINT_TEST_BACKEND'] ?? 'embedded') as Backend;

/** Where `test/support/backend-servers.ts` left word of the servers it started. */
export const TEST_DATABASE = 'HOLDPOINT_TEST_DATABASE_URL';
export const TEST_REDIS = 'HOLDPOINT_TEST_REDIS_URL';

/** How many databases the Redis under test has: each server gets one. */
export const REDIS_DATABASES = 4096;

/** What makes a server keep everything where the tests of this run want it: with the same data folder, in the same place. */
export const backendEnv = async (dataDir: string): Promise<Record<string, string>> => {
  const none = { HOLDPOINT_DATABASE_URL: '', HOLDPOINT_REDIS_URL: '' };
  if (BACKEND === 'embedded') return none;
  const hash = createHash('sha256').update(dataDir).digest();
  const env = {
    HOLDPOINT_DATABASE_URL: await databaseOf(hash.toString('hex').slice(0, 16)),
    HOLDPOINT_DATABASE_POOL: '5',
    // What a killed server held is taken back sooner than by default.
    HOLDPOINT_LEASE_MS: '5000',
    HOLDPOINT_RENEW_MS: '1500',
  };
  if (BACKEND === 'postgres') return { ...none, ...env };
  return { ...env, HOLDPOINT_REDIS_URL: redisDatabase(hash.readUInt32BE(0)) };
};

/** One of the databases of the Redis under test. */
export const redisDatabase = (number: number): string => {
  const redis = new URL(process.env[TEST_REDIS] ?? '');
  redis.pathname = `/${number % REDIS_DATABASES}`;
  return redis.href;
};

/** A copy of the database that was migrated before the first test, once for each name. */
const databaseOf = async (name: string): Promise<string> => {
  const url = new URL(process.env[TEST_DATABASE] ?? '');
  const migrated = pg.escapeIdentifier(url.pathname.slice(1));
  url.pathname = '/postgres'; // nobody may be connected to what is copied
  const client = new pg.Client({ connectionString: url.href });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT 1 FROM pg_database WHERE datname = $1', [`of_${name}`]);
    if (rowCount === 0) await client.query(`CREATE DATABASE of_${name} TEMPLATE ${migrated}`);
  } finally {
    await client.end();
  }
  url.pathname = `/of_${name}`;
  return url.href;
};
