import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { CHECKPOINT_SCHEMA } from '../../src/storage/postgres/checkpoint-tables.ts';
import { createPostgresCheckpoints } from '../../src/storage/postgres/checkpointer.ts';
import { openPool, SCHEMA } from '../../src/storage/postgres/pool.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { acquired, at, checkpoint, idsOf } from './checkpoint-fixture.ts';
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

it('keeps as many of the latest checkpoints as asked, the oldest of them without a parent', async () => {
  const checkpoints = createPostgresCheckpoints(pool);
  const writer = await acquired(checkpoints, { thread: 'kept' });
  for (const [index, id] of ['a', 'b', 'c', 'd'].entries()) {
    const parent = index === 0 ? undefined : ['a', 'b', 'c'][index - 1];
    await writer.put(
      at(parent, '', 'kept'),
      checkpoint(id),
      { source: 'loop', step: index, parents: {} },
      {},
    );
  }
  await checkpoints.keepLatest('kept', 2);
  const { reader } = checkpoints;
  expect(await idsOf(reader.list(at(undefined, '', 'kept')))).toEqual(['d', 'c']);
  expect((await reader.getTuple(at('d', '', 'kept')))?.parentConfig).toEqual(at('c', '', 'kept'));
  expect((await reader.getTuple(at('c', '', 'kept')))?.parentConfig).toBeUndefined();
});
