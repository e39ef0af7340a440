import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { HoldpointError } from '../model/errors.ts';
import { lockDataFolder } from '../storage/embedded/data-lock.ts';
import { exportDataFolder } from '../storage/embedded/export.ts';
import { migrateDataFolder } from '../storage/embedded/migrate.ts';
import { importIntoPostgres } from '../storage/postgres/import.ts';

/**
 * Copies everything in a data folder into an empty database: threads, runs, checkpoints, waiting questions, crons, the
 * store. The folder is left as it was, but for being brought up to date. Answers how many rows each table has.
 * @throws {HoldpointError} when a server uses the folder, or the database is not empty.
 */
export const copyDataFolder = async ({
  from,
  to,
}: {
  from: string;
  to: string;
}): Promise<Record<string, number>> => {
  if (!existsSync(join(from, 'holdpoint.db')))
    throw new HoldpointError('invalid_request', `${from} is no data folder: it has no holdpoint.db.`);
  await migrateDataFolder({ dataDir: from, synchronous: 'FULL' });
  const lock = lockDataFolder(from);
  try {
    return await importIntoPostgres(to, exportDataFolder(from));
  } finally {
    lock.release();
  }
};
