import { join } from 'node:path';
import Database from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';
import { makeDataFolder } from './data-folder.ts';
import { openingProblem } from './database-file.ts';

/**
 * Holds the data folder, which is made when it is not there, for this process until closed. The lock is a lock on a small SQLite file, so the
 * kernel frees it however the process ends.
 * @throws {HoldpointError} `storage_unavailable` at once when another server holds the folder, or it cannot be used.
 */
export const lockDataFolder = (folder: string): { release(): void } => {
  makeDataFolder(folder);
  const path = join(folder, 'lock.db');
  try {
    const db = lock(path);
    return { release: () => db.close() };
  } catch (error) {
    if (!isHeld(error)) throw openingProblem(path, error);
    throw new HoldpointError(
      'storage_unavailable',
      `Another Holdpoint server uses the data folder ${folder}. Stop it, or start this one with --data and another folder.`,
      { cause: error },
    );
  }
};

const lock = (path: string): Database.Database => {
  const db = new Database(path, { timeout: 0 });
  try {
    db.pragma('locking_mode = EXCLUSIVE');
    db.exec('BEGIN EXCLUSIVE');
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const isHeld = (error: unknown): boolean =>
  error instanceof Database.SqliteError && /^SQLITE_(BUSY|LOCKED)/.test(error.code);
