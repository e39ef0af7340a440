import Database from 'better-sqlite3';
import type { CheckpointRow } from '../checkpoint-rows.ts';
import { digestOf, type DigestedWrite } from '../checkpoint-digest.ts';
import type { CheckpointDigest } from '../checkpoints.ts';
import { prepareLists } from './list-tables.ts';

const ONE = `SELECT thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata FROM checkpoints
  WHERE thread_id = ? AND checkpoint_ns = ''`;
const WRITES = `SELECT task_id, idx, channel, type, value FROM writes
  WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ? ORDER BY task_id, idx`;

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
        ? db.prepare<[string], CheckpointRow>(`${ONE} ORDER BY rowid DESC LIMIT 1`).get(threadId)
        : db
            .prepare<[string, string], CheckpointRow>(`${ONE} AND checkpoint_id = ?`)
            .get(threadId, checkpointId);
    const writes = db.prepare<[string, string], DigestedWrite>(WRITES);
    return row && digestOf(prepareLists(db).whole(row), writes.all(threadId, row.checkpoint_id));
  } finally {
    db.close();
  }
};
