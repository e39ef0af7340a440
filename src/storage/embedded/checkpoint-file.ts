import { existsSync } from 'node:fs';
import Database from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';
import { LIST_TABLES } from './list-tables.ts';

/** Of the schema below. A file written by a newer one is refused. */
const SCHEMA_VERSION = 2;

/**
 * How many pages a write-ahead log may hold (16 MiB) before SQLite moves them into its database: most of them are
 * written again and again, and every writer waits meanwhile.
 */
const LOG_PAGES = 4000;

export interface CheckpointFile {
  path: string;
  /** FULL survives power loss; NORMAL survives a killed process and may lose the last commits with the power. */
  synchronous: 'FULL' | 'NORMAL';
  /** Opens for reading only. The file is created first where it is missing. */
  readonly?: boolean;
}

/** The tables of LangGraph's `SqliteSaver`, which can open the file as its own. */
const SAVER_TABLES = `
CREATE TABLE IF NOT EXISTS checkpoints (
  thread_id TEXT NOT NULL,
  checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL,
  parent_checkpoint_id TEXT,
  type TEXT,
  checkpoint BLOB,
  metadata BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id)
);
CREATE TABLE IF NOT EXISTS writes (
  thread_id TEXT NOT NULL,
  checkpoint_ns TEXT NOT NULL DEFAULT '',
  checkpoint_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  idx INTEGER NOT NULL,
  channel TEXT NOT NULL,
  type TEXT,
  value BLOB,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx)
);`;

/**
 * What we add. `checkpoints_latest` ends in the rowid, as every index does: the newest row of a namespace is one
 * step into it. The others find what a run has written. (`IS ''`, not `= ''`: SQLite prepares a query anew at every
 * run when its `checkpoint_ns = ?` might imply the condition of an index.)
 */
const OUR_ADDITIONS = `
ALTER TABLE checkpoints ADD COLUMN run_id TEXT;
ALTER TABLE writes ADD COLUMN run_id TEXT;
CREATE TABLE leases (
  thread_id TEXT PRIMARY KEY,
  fence INTEGER NOT NULL,
  token TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX checkpoints_latest ON checkpoints (thread_id, checkpoint_ns);
CREATE INDEX checkpoints_of_run ON checkpoints (thread_id, run_id) WHERE checkpoint_ns IS '' AND run_id IS NOT NULL;
CREATE INDEX writes_answered_by_run ON writes (thread_id, run_id) WHERE channel = '__resume__' AND run_id IS NOT NULL;
CREATE INDEX writes_raised_by_run ON writes (thread_id, run_id) WHERE channel = '__interrupt__' AND run_id IS NOT NULL;`;

const schemaVersion = (db: Database.Database): number => {
  const version = Number(db.pragma('user_version', { simple: true }));
  if (version <= SCHEMA_VERSION) return version;
  throw new HoldpointError(
    'storage_unavailable',
    `${db.name} was written by a newer Holdpoint (it has checkpoint schema ${version}, this version knows ${SCHEMA_VERSION}). Start that version or newer.`,
  );
};

const migrate = (db: Database.Database): void => {
  if (schemaVersion(db) === SCHEMA_VERSION) return;
  db.transaction(() => {
    const version = schemaVersion(db);
    if (version < 1) {
      db.exec(SAVER_TABLES);
      db.exec(OUR_ADDITIONS);
    }
    if (version < 2) db.exec(LIST_TABLES);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
};

/** Options of a connection, which each has to be given; the file does not keep them. */
export const tune = (db: Database.Database, synchronous: 'FULL' | 'NORMAL'): void => {
  db.pragma(`synchronous = ${synchronous}`);
  db.pragma(`wal_autocheckpoint = ${LOG_PAGES}`);
  db.pragma('temp_store = MEMORY'); // what savepoints keep to go back to was written to a file each time
};

const open = ({ path, synchronous, readonly = false }: CheckpointFile): Database.Database => {
  const db = new Database(path, { readonly, timeout: 5000 });
  try {
    tune(db, synchronous);
    if (readonly) schemaVersion(db);
    else {
      db.pragma('journal_mode = WAL');
      migrate(db);
    }
    return db;
  } catch (error) {
    db.close();
    throw error;
  }
};

const isMigrated = (path: string): boolean => {
  if (!existsSync(path)) return false;
  const db = new Database(path, { readonly: true, timeout: 5000 });
  try {
    return schemaVersion(db) === SCHEMA_VERSION;
  } finally {
    db.close();
  }
};

/**
 * Opens the checkpoint database, created or brought up to date as needed: WAL, `busy_timeout` 5 s.
 * A file that a plain `SqliteSaver` made is taken over with its contents.
 * @throws {HoldpointError} `storage_unavailable` when a newer version wrote the file.
 */
export const openCheckpointFile = (file: CheckpointFile): Database.Database => {
  if (file.readonly === true && !isMigrated(file.path)) open({ ...file, readonly: false }).close();
  return open(file);
};
