import type { Database } from 'better-sqlite3';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { QuestionsAsked, RunProgress } from '../checkpoints.ts';
import {
  interruptIds,
  questionsAsked,
  type AskedRow,
  type CheckpointRow,
  type StoreBatch,
  type TaskWrites,
  type WriteRow,
} from '../checkpoint-rows.ts';
import { prepareList } from './checkpoint-list.ts';
import { prepareLists, prepareListUpkeep, prepareListWrites, type ListRows } from './list-tables.ts';

/** Moments at which a crash leaves something half done; a test can be there. */
export type CheckpointPoint =
  | 'acquire:before-commit'
  | 'acquire:committed'
  | 'store:before-commit'
  | 'store:committed'
  | 'delete-thread:before-commit'
  | 'delete-thread:committed';

const CHECKPOINT_COLUMNS =
  'thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata';

/** Keeps the rowid of a checkpoint that is put again, and so its place in the order. */
const PUT_CHECKPOINT = `
INSERT INTO checkpoints (${CHECKPOINT_COLUMNS}, run_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
  parent_checkpoint_id = excluded.parent_checkpoint_id, type = excluded.type,
  checkpoint = excluded.checkpoint, metadata = excluded.metadata, run_id = excluded.run_id`;

const PUT_WRITE = `
INSERT INTO writes (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value, run_id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO`;

const REPLACE_WRITE = `${PUT_WRITE} UPDATE SET
  channel = excluded.channel, type = excluded.type, value = excluded.value, run_id = excluded.run_id`;

const prepareReads = (db: Database) => ({
  latest: db.prepare<[string, string], CheckpointRow>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM checkpoints
     WHERE thread_id = ? AND checkpoint_ns = ? ORDER BY rowid DESC LIMIT 1`,
  ),
  byId: db.prepare<[string, string, string], CheckpointRow>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM checkpoints
     WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ?`,
  ),
  byRowid: db.prepare<[number], CheckpointRow>(
    `SELECT ${CHECKPOINT_COLUMNS} FROM checkpoints WHERE rowid = ?`,
  ),
  writes: db.prepare<[string, string, string], WriteRow>(
    `SELECT checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value FROM writes
     WHERE thread_id = ? AND checkpoint_ns = ? AND checkpoint_id = ? ORDER BY task_id, idx`,
  ),
  advanced: db.prepare<[string, string]>(
    `SELECT 1 FROM checkpoints WHERE thread_id = ? AND run_id = ? AND checkpoint_ns IS '' LIMIT 1`,
  ),
  answered: db.prepare<[string, string]>(
    `SELECT 1 FROM writes WHERE thread_id = ? AND run_id = ? AND channel = '__resume__' LIMIT 1`,
  ),
  asked: db.prepare<[string], AskedRow>(
    `SELECT q.value AS question, q.run_id AS raisedBy, a.value AS answers
     FROM writes q LEFT JOIN writes a ON a.thread_id = q.thread_id AND a.checkpoint_ns = q.checkpoint_ns
       AND a.checkpoint_id = q.checkpoint_id AND a.task_id = q.task_id AND a.channel = '__resume__'
     WHERE q.thread_id = ? AND q.channel = '__interrupt__' AND q.run_id IS NOT NULL ORDER BY q.rowid`,
  ),
  raised: db
    .prepare<[string, string], Uint8Array | string>(
      `SELECT value FROM writes
       WHERE thread_id = ? AND run_id = ? AND channel = '__interrupt__' AND type = 'json'`,
    )
    .pluck(),
});

const prepareChanges = (db: Database) => ({
  putCheckpoint: db.prepare(PUT_CHECKPOINT),
  putWrite: db.prepare(`${PUT_WRITE} NOTHING`),
  replaceWrite: db.prepare(REPLACE_WRITE),
  holds: db.prepare('SELECT 1 FROM leases WHERE thread_id = ? AND fence = ? AND token = ?'),
  dropWrites: db.prepare(
    `DELETE FROM writes WHERE thread_id = ? AND checkpoint_ns = '' AND checkpoint_id = ? AND task_id = ?`,
  ),
  acquire: db.prepare(
    `INSERT INTO leases (thread_id, fence, token) VALUES (?, ?, ?)
     ON CONFLICT (thread_id) DO UPDATE SET fence = excluded.fence, token = excluded.token
     WHERE fence < excluded.fence OR (fence = excluded.fence AND token = excluded.token)`,
  ),
  deletions: ['checkpoints', 'writes', 'leases'].map((table) =>
    db.prepare(`DELETE FROM ${table} WHERE thread_id = ?`),
  ),
});

/** What one transaction of this backend stores: long lists are kept apart from their checkpoints. */
export interface SharingBatch extends StoreBatch {
  lists?: ListRows | undefined;
}

const createStore = (
  db: Database,
  changes: ReturnType<typeof prepareChanges>,
): ((batch: SharingBatch) => void) => {
  const addLists = prepareListWrites(db);
  const putWrites = (threadId: string, runId: string, { replace, rows }: TaskWrites): void => {
    const put = replace ? changes.replaceWrite : changes.putWrite;
    for (const row of rows) {
      const key = [threadId, row.checkpoint_ns, row.checkpoint_id, row.task_id, row.idx];
      put.run(...key, row.channel, row.type, row.value, runId);
    }
  };
  const store = db.transaction(({ lease, runId, writes, checkpoints, lists }: SharingBatch) => {
    const { threadId, fence, token } = lease;
    if (changes.holds.get(threadId, fence, token) === undefined) throw new LeaseLostError(threadId);
    for (const task of writes) putWrites(threadId, runId, task);
    if (lists !== undefined) addLists(threadId, lists);
    for (const row of checkpoints) {
      const key = [row.thread_id, row.checkpoint_ns, row.checkpoint_id, row.parent_checkpoint_id];
      changes.putCheckpoint.run(...key, row.type, row.checkpoint, row.metadata, runId);
    }
  });
  return (batch) => store(batch);
};

interface WritesOf {
  checkpointId: string;
  taskId: string;
}

const createDropWrites = (db: Database, changes: ReturnType<typeof prepareChanges>) => {
  const drop = db.transaction(({ threadId, fence, token }: Lease, { checkpointId, taskId }: WritesOf) => {
    if (changes.holds.get(threadId, fence, token) === undefined) throw new LeaseLostError(threadId);
    changes.dropWrites.run(threadId, checkpointId, taskId);
  });
  return (lease: Lease, of: WritesOf): void => drop.immediate(lease, of);
};

/** Whatever becomes of it, what is stored next is flushed as the connection was opened to. */
const createAcquire = (
  db: Database,
  { changes, at }: { changes: ReturnType<typeof prepareChanges>; at: AtPoint },
) => {
  const level = Number(db.pragma('synchronous', { simple: true }));
  const acquire = db.transaction(({ threadId, fence, token }: Lease) => {
    const { changes: taken } = changes.acquire.run(threadId, fence, token);
    at('acquire:before-commit');
    return taken === 1;
  });
  return (lease: Lease): boolean => {
    db.pragma('synchronous = NORMAL');
    try {
      return acquire.immediate(lease);
    } finally {
      db.pragma(`synchronous = ${level}`);
    }
  };
};

export type AtPoint = (point: CheckpointPoint) => void;

/**
 * The statements of one connection, each prepared once. Everything is synchronous; every change is one immediate
 * transaction, durable when the call returns.
 */
export const prepareCheckpointTables = (db: Database, at: AtPoint = () => {}) => {
  const reads = prepareReads(db);
  const changes = prepareChanges(db);
  const lists = prepareLists(db);
  const listUpkeep = prepareListUpkeep(db);
  const acquire = createAcquire(db, { changes, at });
  const deleteThread = db.transaction((threadId: string) => {
    listUpkeep.deleteAll(threadId);
    for (const deletion of changes.deletions) deletion.run(threadId);
    at('delete-thread:before-commit');
  });
  return {
    /** The checkpoint inserted last, whatever its id says. */
    latest: (threadId: string, ns: string): CheckpointRow | undefined => reads.latest.get(threadId, ns),
    byId: (threadId: string, ns: string, id: string): CheckpointRow | undefined =>
      reads.byId.get(threadId, ns, id),
    byRowid: (rowid: number): CheckpointRow | undefined => reads.byRowid.get(rowid),
    writesOf: (row: CheckpointRow): WriteRow[] =>
      reads.writes.all(row.thread_id, row.checkpoint_ns, row.checkpoint_id),
    list: prepareList(db),
    lists,
    progress: (threadId: string, runId: string): RunProgress => ({
      advanced: reads.advanced.get(threadId, runId) !== undefined,
      answered: reads.answered.get(threadId, runId) !== undefined,
      raised: [...new Set(reads.raised.all(threadId, runId).flatMap(interruptIds))],
    }),
    asked: (threadId: string): QuestionsAsked => ({
      checkpointId: reads.latest.get(threadId, '')?.checkpoint_id ?? null,
      byId: questionsAsked(reads.asked.all(threadId)),
    }),
    /** @throws LeaseLostError, with nothing stored, unless the lease is the thread's. */
    store: createStore(db, changes),
    /** Deletes what a task has written at a root checkpoint. @throws LeaseLostError as `store` does. */
    dropWrites: createDropWrites(db, changes),
    /** Not flushed to disk by itself: it may be lost with the machine, as its owner is, but not with the process. */
    acquire: (lease: Lease): boolean => {
      const taken = acquire(lease);
      at('acquire:committed');
      return taken;
    },
    deleteThread: (threadId: string): void => {
      deleteThread.immediate(threadId);
      at('delete-thread:committed');
    },
  };
};

export type CheckpointTables = ReturnType<typeof prepareCheckpointTables>;
