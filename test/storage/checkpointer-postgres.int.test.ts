import type pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { systemClock } from '../../src/model/clock.ts';
import { CHECKPOINT_SCHEMA } from '../../src/storage/postgres/checkpoint-tables.ts';
import { createPostgresCheckpoints } from '../../src/storage/postgres/checkpointer.ts';
import { openPool, SCHEMA } from '../../src/storage/postgres/pool.ts';
import { startPostgres, type PostgresServer } from '../support/postgres.ts';
import { acquired, at, checkpoint, idsOf, putInput } from './checkpoint-fixture.ts';
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
  checkpoints: createPostgresCheckpoints(pool, systemClock),
  discard: async () => {
    await pool.query('TRUNCATE checkpoints, checkpoint_writes, checkpoint_leases');
  },
}));

it('keeps as many of the latest checkpoints as asked, the oldest of them without a parent', async () => {
  const checkpoints = createPostgresCheckpoints(pool, systemClock);
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

it('deletes what a task wrote at a checkpoint, and nothing once a newer owner has the thread', async () => {
  const checkpoints = createPostgresCheckpoints(pool, systemClock);
  const here = at('a', '', 'dropped');
  const writer = await acquired(checkpoints, { thread: 'dropped' });
  const metadata = { source: 'loop', step: 0, parents: {} } as const;
  await writer.put(at(undefined, '', 'dropped'), checkpoint('a'), metadata, {});
  for (const task of ['a', 'b', 'c']) await writer.putWrites(here, [['log', task]], task);
  await writer.dropWrites({ checkpointId: 'a', taskId: 'b' });
  await acquired(checkpoints, { thread: 'dropped', fence: 2 });
  await expect(writer.dropWrites({ checkpointId: 'a', taskId: 'a' })).rejects.toThrow('another owner');
  const left = (await checkpoints.reader.getTuple(here))?.pendingWrites;
  expect(left?.map(([task]) => task)).toEqual(['a', 'c']);
});

it('stores the checkpoint of the input before what follows it, or alone', async () => {
  const checkpoints = createPostgresCheckpoints(pool, systemClock);
  const { reader } = checkpoints;
  const followed = await acquired(checkpoints, { thread: 'followed' });
  await putInput(followed, 'id-9', 'followed');
  await followed.put(
    at('id-9', '', 'followed'),
    checkpoint('id-1'),
    { source: 'loop', step: 0, parents: {} },
    {},
  );
  expect(await idsOf(reader.list(at(undefined, '', 'followed')))).toEqual(['id-1', 'id-9']);
  const alone = await acquired(checkpoints, { thread: 'alone' });
  await putInput(alone, 'id-9', 'alone');
  await alone.stored();
  expect(await idsOf(reader.list(at(undefined, '', 'alone')))).toEqual(['id-9']);
});

it('dates a checkpoint by the clock of the database, whatever that of the machine says', async () => {
  const checkpoints = createPostgresCheckpoints(pool, { now: () => Date.now() - 3_600_000 });
  const writer = await acquired(checkpoints, { thread: 'dated' });
  const made = { ...checkpoint('a'), ts: new Date().toISOString() };
  await writer.put(at(undefined, '', 'dated'), made, { source: 'loop', step: 0, parents: {} }, {});
  const ts = (await checkpoints.reader.getTuple(at('a', '', 'dated')))?.checkpoint.ts;
  expect(Math.abs(Date.parse(made.ts) - Date.parse(String(ts)) - 3_600_000)).toBeLessThan(5);
});
