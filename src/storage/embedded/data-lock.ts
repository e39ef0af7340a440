import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';

/**
 * Holds the data folder, which is made when it is not there, for this process until closed. The lock is a lock on a small SQLite file, so the
 * kernel frees it however the process ends.
 * @throws {HoldpointError} `storage_unavailable` at once when another server holds the folder.
 */
export const lockDataFolder = (folder: string): { release(): void } => {
  mkdirSync(folder, { recursive: true });
  const db = new Database(join(folder, 'lock.db'), { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
  } catch (error) {
    db.close();
    throw new HoldpointError(
      'storage_unavailable',
      `Another Holdpoint server uses the data folder ${folder}. Stop it, or start this one with --data and another folder.`,
      { cause: error },
    );
  }
  return { release: () => db.close() };
};
