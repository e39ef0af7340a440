import { openLedgerDatabase, type EmbeddedOptions } from './open.ts';
import { lockDataFolder } from './data-lock.ts';
import type { Migrated } from '../ledger/migrate.ts';

/**
 * Brings the ledger of a data folder to this version of the code, and does nothing else.
 * @throws {HoldpointError} `storage_unavailable` when a server uses the folder, or the database is damaged or newer
 * than the code.
 */
export const migrateDataFolder = async (
  options: Pick<EmbeddedOptions, 'dataDir' | 'synchronous'>,
): Promise<Migrated> => {
  const lock = lockDataFolder(options.dataDir);
  try {
    const { db, migrated } = await openLedgerDatabase(options);
    await db.destroy();
    return migrated;
  } finally {
    lock.release();
  }
};
