import { afterAll, beforeAll } from 'vitest';
import { openPostgresStorage } from '../../../src/storage/postgres/open.ts';
import { openRedisCarriers } from '../../../src/storage/redis/open.ts';
import { startPostgres, type PostgresServer } from '../../support/postgres.ts';
import { startRedis, type RedisServer } from '../../support/redis.ts';
import { storagePorts } from './suite.ts';

let postgres: PostgresServer;
let redis: RedisServer;
let databases = 0;
beforeAll(async () => {
  [postgres, redis] = await Promise.all([startPostgres(), startRedis()]);
});
afterAll(() => Promise.all([postgres.stop(), redis.stop()]));

storagePorts('Postgres and Redis', async () => {
  const url = `${redis.url}/${databases++}`;
  return openPostgresStorage({
    url: await postgres.newDatabase(),
    carriers: (parts) => openRedisCarriers({ url, parts }),
  });
});
