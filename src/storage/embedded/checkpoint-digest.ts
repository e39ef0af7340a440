import { createHash, type Hash } from 'node:crypto';
import Database from 'better-sqlite3';
import type { CheckpointDigest } from '../checkpoints.ts';

interface StoredCheckpoint {
  checkpoint_id: string;
  parent_checkpoint_id: string | null;
  type: string | null;
  checkpoint: Uint8Array | string;
  metadata: Uint8Array | string;
}

const ONE = `SELECT checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints
  WHERE thread_id = ? AND checkpoint_ns = ''`;
const WRITES = `SELECT task_id, idx, channel, type, value FROM writes
  WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ? ORDER BY task_id, idx`;

type SqliteValue = Uint8Array | string | number | null;

/** With its length in front, so that no two sequences of values look the same. */
const add = (hash: Hash, value: SqliteValue): void => {
  const bytes = value === null ? 'null' : value instanceof Uint8Array ? value : `${typeof value}:${value}`;
  hash.update(`${bytes.length}:`).update(bytes);
};

/**
 * Reads a root checkpoint (the latest when none is named) over a connection of its own, so that no cache stands
 * between, and hashes it with the writes that wait at it.
 */
export const readDigest = (
  path: string,
  { threadId, checkpointId }: { threadId: string; checkpointId?: string | undefined },
): CheckpointDigest | undefined => {
  const db = new Database(path, { readonly: true, timeout: 5000 });
  try {
    const row =
      checkpointId === undefined
        ? db.prepare<[string], StoredCheckpoint>(`${ONE} ORDER BY rowid DESC LIMIT 1`).get(threadId)
        : db
            .prepare<[string, string], StoredCheckpoint>(`${ONE} AND checkpoint_id = ?`)
            .get(threadId, checkpointId);
    if (!row) return undefined;
    const hash = createHash('sha256');
    for (const value of Object.values(row) as SqliteValue[]) add(hash, value);
    for (const write of db.prepare(WRITES).all(threadId, row.checkpoint_id) as Record<string, SqliteValue>[])
      for (const value of Object.values(write)) add(hash, value);
    return {
      checkpointId: row.checkpoint_id,
      parentId: row.parent_checkpoint_id,
      sha256: hash.digest('hex'),
    };
  } finally {
    db.close();
  }
};
