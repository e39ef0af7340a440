import type { Database } from 'better-sqlite3';
import { stepsIn } from '../checkpoint-rows.ts';
import type { ThreadSize } from '../checkpoints.ts';
import { prepareListUpkeep } from './list-tables.ts';

const COPY_CHECKPOINTS = `
INSERT INTO checkpoints (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata)
SELECT ?, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint,
  CAST(json_set(CAST(metadata AS TEXT), '$.thread_id', ?) AS BLOB)
FROM checkpoints WHERE thread_id = ? ORDER BY rowid`;

const COPY_WRITES = `
INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value)
SELECT ?, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value
FROM writes WHERE thread_id = ?`;

const LATEST = `
SELECT id FROM (
  SELECT rowid AS id, row_number() OVER (PARTITION BY checkpoint_ns ORDER BY rowid DESC) AS age
  FROM checkpoints WHERE thread_id = ?
) WHERE age <= ?`;

const KEPT_IDS = `SELECT checkpoint_ns, checkpoint_id FROM checkpoints WHERE thread_id = ?`;

/** Of a table of several columns that may be missing: how many rows and bytes a thread has there. */
const sizeOf = (table: string, bytes: string): string =>
  `SELECT count(*) AS count, coalesce(sum(${bytes}), 0) AS bytes FROM ${table} WHERE thread_id = ?`;

/** What is done to all of a thread's or a run's checkpoints at once; each is one transaction. */
export const prepareUpkeep = (db: Database) => {
  const forget = ['checkpoints', 'writes'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE thread_id = ? AND run_id = ?`),
  );
  const unlease = db.prepare('DELETE FROM leases WHERE thread_id = ?');
  const copyCheckpoints = db.prepare(COPY_CHECKPOINTS);
  const copyWrites = db.prepare(COPY_WRITES);
  const dropOld = db.prepare(`DELETE FROM checkpoints WHERE thread_id = ? AND rowid NOT IN (${LATEST})`);
  const orphan = db.prepare(
    `UPDATE checkpoints SET parent_checkpoint_id = NULL
     WHERE thread_id = ? AND (checkpoint_ns, parent_checkpoint_id) NOT IN (${KEPT_IDS})`,
  );
  const lists = prepareListUpkeep(db);
  const dropWrites = db.prepare(
    `DELETE FROM writes WHERE thread_id = ? AND (checkpoint_ns, checkpoint_id) NOT IN (${KEPT_IDS})`,
  );
  const latest = db.prepare<[string], { thread_id: string; metadata: string }>(
    `SELECT thread_id, CAST(metadata AS TEXT) AS metadata FROM checkpoints
     WHERE thread_id = ? AND checkpoint_ns = '' ORDER BY rowid DESC LIMIT 1`,
  );
  const forgetRun = db.transaction((threadId: string, runId: string) => {
    for (const statement of forget) statement.run(threadId, runId);
    unlease.run(threadId);
    lists.deleteUnused(threadId);
  });
  const copyThread = db.transaction((from: string, to: string) => {
    copyCheckpoints.run(to, to, from);
    copyWrites.run(to, from);
    lists.copy(from, to);
  });
  const keepLatest = db.transaction((threadId: string, count: number) => {
    dropOld.run(threadId, threadId, count);
    orphan.run(threadId, threadId);
    dropWrites.run(threadId, threadId);
    lists.deleteUnused(threadId);
  });
  return {
    forgetRun: (threadId: string, runId: string): void => forgetRun.immediate(threadId, runId),
    copyThread: (from: string, to: string): void => copyThread.immediate(from, to),
    steps: (threadIds: string[]) =>
      stepsIn(threadIds.map((id) => latest.get(id)).filter((row) => row !== undefined)),
    keepLatest: (threadId: string, count: number): void => keepLatest.immediate(threadId, count),
    size: prepareSize(db),
  };
};

/** What a thread's checkpoints and the lists they share take. */
const prepareSize = (db: Database): ((threadId: string) => ThreadSize) => {
  const checkpointSize = db.prepare<[string], { count: number; bytes: number }>(
    sizeOf('checkpoints', 'length(checkpoint) + length(metadata)'),
  );
  const writeSize = db.prepare<[string], { count: number; bytes: number }>(sizeOf('writes', 'length(value)'));
  const listSize = db
    .prepare<[string], number>(
      `SELECT coalesce(sum(length(i.item)), 0) FROM lists AS l JOIN list_items AS i USING (list_key)
       WHERE l.thread_id = ?`,
    )
    .pluck();
  const none = { count: 0, bytes: 0 };
  return (threadId) => {
    const checkpoints = checkpointSize.get(threadId) ?? none;
    const shared = listSize.get(threadId) ?? 0;
    return {
      checkpoints: { ...checkpoints, bytes: checkpoints.bytes + shared },
      writes: writeSize.get(threadId) ?? none,
    };
  };
};
