import type pg from 'pg';
import { afterAll, beforeAll } from 'vitest';
import { CHECKPOINT_SCHEMA } from '../../src/storage/postgres/checkpoint-tables.ts';
import { createPostgresCheckpoints } from '../../src/storage/postgres/checkpointer.ts';
import { openPool, SCHEMA } from '../../src/storage/postgres/pool.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { validateCheckpoints } from './validation.ts';

let server: PostgresServer;
let pool: pg.Pool;
beforeAll(async () => {
  server = await startPostgres();
  pool = openPool({ url: await server.newDatabase(), poolSize: 4, onError: () => {} });
  await pool.query(`CREATE SCHEMA ${SCHEMA}; ${CHECKPOINT_SCHEMA}`);
});
afterAll(async () => {
  await pool.end();
  await server.stop();
});

validateCheckpoints(() => ({
  checkpoints: createPostgresCheckpoints(pool),
  discard: async () => {
    await pool.query('TRUNCATE checkpoints, checkpoint_writes, checkpoint_leases');
  },
}));
