import type pg from 'pg';
import type { Clock } from '../../model/clock.ts';
import { digestOf } from '../checkpoint-digest.ts';
import type { Checkpoints } from '../checkpoints.ts';
import { lazySavers } from '../lazy-savers.ts';
import { createCheckpointTables } from './checkpoint-tables.ts';
import { createUpkeep } from './checkpoint-upkeep.ts';

/** Checkpoints in Postgres, fenced by leases kept beside them. Any number of processes may use it. */
export const createPostgresCheckpoints = (pool: pg.Pool, clock: Clock): Checkpoints => {
  const tables = createCheckpointTables(pool);
  const connection = { tables, clock };
  return {
    ...lazySavers(async () => (await import('./savers.ts')).createSavers(connection)),
    acquire: tables.acquire,
    progress: ({ threadId, runId }) => tables.progress(threadId, runId),
    asked: tables.asked,
    digest: async ({ threadId, checkpointId }) => {
      const row = await (checkpointId === undefined
        ? tables.latest(threadId, '')
        : tables.byId(threadId, '', checkpointId));
      return row && digestOf(row, await tables.writesOf(row));
    },
    deleteThread: tables.deleteThread,
    ...createUpkeep(tables),
    close: () => Promise.resolve(),
  };
};
