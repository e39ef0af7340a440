import { createHash } from 'node:crypto';
import { createReadStream, existsSync, mkdirSync, readdirSync } from 'node:fs';
import { copyFile, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import Database from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';
import { LINK_KEY } from './data-folder.ts';
import { lockDataFolder } from './data-lock.ts';

/** In the order in which a writer would take their locks. */
const DATABASES = ['holdpoint.db', 'checkpoints.db'] as const;
const MANIFEST = 'backup.json';
const LOCK_WAIT_MS = 10_000;

/** What a backup says of itself: it is whole when this is there and its hashes are those of the files. */
export interface BackupManifest {
  format: 1;
  madeAt: string;
  files: { name: string; bytes: number; sha256: string }[];
}

const unusable = (message: string, cause?: unknown): HoldpointError =>
  new HoldpointError('invalid_request', message, { cause });

/**
 * Copies the databases of a data folder as they are at one moment, while a server may be at work on it: no writer is in
 * between the two. Writers wait for the moment in which it is fixed, not for the copying. What signs links goes with them,
 * so that those already sent go on working. `to` must not exist, or be empty.
 * @throws {HoldpointError} `invalid_request` when there is nothing to back up, or `to` is not empty.
 */
export const backUp = async (input: {
  dataDir: string;
  to: string;
  now: () => Date;
}): Promise<BackupManifest> => {
  const { dataDir, to, now } = input;
  for (const name of DATABASES)
    if (!existsSync(join(dataDir, name)))
      throw unusable(`There is no ${name} in ${dataDir}: nothing to back up.`);
  mkdirSync(to, { recursive: true });
  if (readdirSync(to).length > 0)
    throw unusable(`${to} is not empty. A backup goes into a folder of its own.`);
  const frozen = freeze(dataDir);
  try {
    const madeAt = now().toISOString();
    for (const { name, db } of frozen) await db.backup(join(to, name));
    const files = await Promise.all(DATABASES.map((name) => describeDatabase(to, name)));
    if (existsSync(join(dataDir, LINK_KEY))) {
      await copySynced(LINK_KEY, { from: dataDir, to: join(to, LINK_KEY) });
      files.push(await describeFile(to, LINK_KEY));
    }
    const manifest: BackupManifest = { format: 1, madeAt, files };
    await writeWhole(join(to, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`);
    return manifest;
  } finally {
    for (const { db } of frozen) db.close();
  }
};

/** Connections that see the databases as they were at one moment, in which nobody was writing to either. */
const freeze = (dataDir: string): { name: string; db: Database.Database }[] => {
  const connect = (name: string) => new Database(join(dataDir, name), { timeout: LOCK_WAIT_MS });
  const writers = DATABASES.map(connect);
  const readers = DATABASES.map((name) => ({ name, db: connect(name) }));
  try {
    for (const db of writers) db.exec('BEGIN IMMEDIATE');
    for (const { db } of readers) {
      db.exec('BEGIN');
      db.prepare('SELECT count(*) FROM sqlite_master').get();
    }
    return readers;
  } catch (error) {
    for (const { db } of readers) db.close();
    throw error;
  } finally {
    for (const db of writers) db.close(); // which lets go of its lock
  }
};

type CopiedFile = BackupManifest['files'][number];

const describeDatabase = async (folder: string, name: string): Promise<CopiedFile> => {
  const db = new Database(join(folder, name));
  try {
    db.pragma('journal_mode = DELETE'); // one file, and nothing beside it
    checkIntegrity(db, name);
  } finally {
    db.close();
  }
  await sync(join(folder, name));
  return describeFile(folder, name);
};

const describeFile = async (folder: string, name: string): Promise<CopiedFile> => {
  const path = join(folder, name);
  const { size: bytes } = await stat(path);
  return { name, bytes, sha256: await hashOf(path) };
};

const sync = async (path: string): Promise<void> => {
  const handle = await open(path, 'r+');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
};

/** Copies a file of a folder, to be there also after a power cut. The link key is readable to its user alone, whatever it was. */
const copySynced = async (name: string, { from, to }: { from: string; to: string }): Promise<void> => {
  const original = join(from, name);
  if (name === LINK_KEY) return writeFile(to, await readFile(original), { mode: 0o600, flush: true });
  await copyFile(original, to);
  await sync(to);
};

const checkIntegrity = (db: Database.Database, name: string): void => {
  const found = db.pragma('quick_check', { simple: true });
  if (found !== 'ok') throw unusable(`${name} is damaged: ${String(found)}`);
};

const hashOf = async (path: string): Promise<string> => {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
};

/** There as a whole or not at all. */
const writeWhole = async (path: string, text: string): Promise<void> => {
  await writeFile(`${path}.part`, text, { flush: true });
  await rename(`${path}.part`, path);
};

/**
 * Puts the databases of a backup into a data folder that has none, once every file is what the backup says it is.
 * @throws {HoldpointError} `invalid_request` when the backup is not whole or the folder has databases;
 * `storage_unavailable` when a server uses the folder.
 */
export const restoreBackup = async (input: { from: string; dataDir: string }): Promise<BackupManifest> => {
  const { from, dataDir } = input;
  const manifest = await readManifest(from);
  for (const { name, sha256 } of manifest.files) {
    const path = join(from, name);
    if (!existsSync(path) || (await hashOf(path)) !== sha256)
      throw unusable(`${path} is not what the backup says it is: it is missing or damaged.`);
  }
  const lock = lockDataFolder(dataDir);
  try {
    for (const name of DATABASES)
      if (existsSync(join(dataDir, name)))
        throw unusable(
          `${dataDir} has a ${name} already. Restore into an empty folder, or move it away first.`,
        );
    await copyAll(manifest, { from, dataDir });
    return manifest;
  } finally {
    lock.release();
  }
};

/** Under names of their own until all are there: what is left of a copy that broke off is no database. */
const copyAll = async (
  { files }: BackupManifest,
  { from, dataDir }: { from: string; dataDir: string },
): Promise<void> => {
  const part = (name: string): string => join(dataDir, `${name}.restoring`);
  try {
    for (const { name } of files) await copySynced(name, { from, to: part(name) });
  } catch (error) {
    for (const { name } of files) await rm(part(name), { force: true });
    throw error;
  }
  // The ledger last: without it a server takes the folder for a new one, and makes nothing of the checkpoints.
  for (const { name } of files.toReversed()) await rename(part(name), join(dataDir, name));
};

const readManifest = async (from: string): Promise<BackupManifest> => {
  const text = await readFile(join(from, MANIFEST), 'utf8').catch((error: unknown) => {
    throw unusable(`${from} is no backup: it has no ${MANIFEST}.`, error);
  });
  const manifest = JSON.parse(text) as Partial<BackupManifest>;
  const names = manifest.files?.map(({ name }) => name).filter((name) => name !== LINK_KEY);
  if (manifest.format !== 1 || names?.join() !== DATABASES.join())
    throw unusable(`${join(from, MANIFEST)} is not one that this version understands.`);
  return manifest as BackupManifest;
};
