import { existsSync } from 'node:fs';
import { HoldpointError } from '../../model/errors.ts';
import { openLedgerDatabase, type EmbeddedOptions } from './open.ts';
import { lockDataFolder } from './data-lock.ts';
import type { Migrated } from '../ledger/migrate.ts';

/**
 * Brings the ledger of a data folder to this version of the code, and does nothing else.
 * @throws {HoldpointError} `invalid_request` when there is no such folder; `storage_unavailable` when a server uses it,
 * or the database is damaged or newer than the code.
 */
export const migrateDataFolder = async (
  options: Pick<EmbeddedOptions, 'dataDir' | 'synchronous'>,
): Promise<Migrated> => {
  if (!existsSync(options.dataDir))
    throw new HoldpointError(
      'invalid_request',
      `There is no folder ${options.dataDir}: nothing to migrate. Name another one with --data or HOLDPOINT_DATA.`,
    );
  const lock = lockDataFolder(options.dataDir);
  try {
    const { db, migrated } = await openLedgerDatabase(options);
    await db.destroy();
    return migrated;
  } finally {
    lock.release();
  }
};
