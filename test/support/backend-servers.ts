import { migrateSchema } from '../../src/storage/postgres/migrate.ts';
import { BACKEND, TEST_DATABASE, TEST_REDIS } from './backend.ts';
import { startPostgres } from './postgres.ts';
import { startRedis } from './redis.ts';

/** Before the first test: the servers that the backend of this run needs, unless the environment names some. */
export const setup = async (): Promise<() => Promise<void>> => {
  const started: { stop(): Promise<void> }[] = [];
  if (BACKEND !== 'embedded' && !process.env[TEST_DATABASE]) {
    const postgres = await startPostgres(['-c', 'fsync=off']);
    started.push(postgres);
    process.env[TEST_DATABASE] = await postgres.newDatabase();
  }
  if (BACKEND !== 'embedded') await migrateSchema({ url: process.env[TEST_DATABASE] ?? '' });
  if (BACKEND === 'redis' && !process.env[TEST_REDIS]) {
    const redis = await startRedis();
    started.push(redis);
    process.env[TEST_REDIS] = redis.url;
  }
  return async () => {
    for (const server of started) await server.stop();
  };
};
