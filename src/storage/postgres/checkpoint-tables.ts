import type pg from 'pg';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import {
  interruptIds,
  questionsAsked,
  type AskedRow,
  type CheckpointRow,
  type StoreBatch,
  type WriteRow,
} from '../checkpoint-rows.ts';
import type { QuestionsAsked, RunProgress } from '../checkpoints.ts';
import { asked } from './pool.ts';
import { prepared } from './prepared.ts';

/** What the migrator of the ledger does not know: checkpoints, their leases, and the lock of all writers. */
export const CHECKPOINT_SCHEMA = `
CREATE TABLE IF NOT EXISTS writers (id INT);
CREATE TABLE IF NOT EXISTS checkpoints (
  seq BIGINT GENERATED ALWAYS AS IDENTITY UNIQUE,
  thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL, checkpoint_id TEXT NOT NULL,
  parent_checkpoint_id TEXT, type TEXT, checkpoint BYTEA NOT NULL, metadata BYTEA NOT NULL, run_id TEXT NOT NULL,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id));
CREATE INDEX IF NOT EXISTS checkpoints_latest ON checkpoints (thread_id, checkpoint_ns, seq);
CREATE INDEX IF NOT EXISTS checkpoints_of_run ON checkpoints (thread_id, run_id) WHERE checkpoint_ns = '';
CREATE TABLE IF NOT EXISTS checkpoint_writes (
  seq BIGINT GENERATED ALWAYS AS IDENTITY,
  thread_id TEXT NOT NULL, checkpoint_ns TEXT NOT NULL, checkpoint_id TEXT NOT NULL, task_id TEXT NOT NULL,
  idx INT NOT NULL, channel TEXT NOT NULL, type TEXT, value BYTEA NOT NULL, run_id TEXT NOT NULL,
  PRIMARY KEY (thread_id, checkpoint_ns, checkpoint_id, task_id, idx));
CREATE INDEX IF NOT EXISTS checkpoint_writes_of_run ON checkpoint_writes (thread_id, run_id, channel)
  WHERE channel IN ('__resume__', '__interrupt__');
CREATE TABLE IF NOT EXISTS checkpoint_leases (
  thread_id TEXT PRIMARY KEY, fence BIGINT NOT NULL, token TEXT NOT NULL);`;

const COLUMNS = 'thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata';

const WRITE_COLUMNS = 'thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value, run_id';

/**
 * One statement stores all: it proves the lease, holding it until the commit, and what proves nothing stores
 * nothing. Arrays keep its text, and so its plan, the same whatever there is to store.
 */
const STORE = `
WITH lease AS (
  SELECT thread_id FROM checkpoint_leases WHERE thread_id = $1 AND fence = $2 AND token = $3 FOR SHARE
), given AS (
  SELECT lease.thread_id, w.* FROM lease, unnest($5::text[], $6::text[], $7::text[], $8::int[], $9::text[],
    $10::text[], $11::bytea[], $12::bool[]) AS w (ns, id, task, idx, channel, type, value, replace)
), kept AS (
  INSERT INTO checkpoint_writes (${WRITE_COLUMNS})
  SELECT thread_id, ns, id, task, idx, channel, type, value, $4 FROM given WHERE NOT replace
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO NOTHING
), replaced AS (
  INSERT INTO checkpoint_writes (${WRITE_COLUMNS})
  SELECT thread_id, ns, id, task, idx, channel, type, value, $4 FROM given WHERE replace
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id, task_id, idx) DO UPDATE SET
    channel = excluded.channel, type = excluded.type, value = excluded.value, run_id = excluded.run_id
), put AS (
  INSERT INTO checkpoints (${COLUMNS}, run_id)
  SELECT lease.thread_id, c.ns, c.id, c.parent, c.type, c.checkpoint, c.metadata, $4
  FROM lease, unnest($13::text[], $14::text[], $15::text[], $16::text[], $17::bytea[], $18::bytea[])
    WITH ORDINALITY AS c (ns, id, parent, type, checkpoint, metadata, place)
  ORDER BY c.place
  ON CONFLICT (thread_id, checkpoint_ns, checkpoint_id) DO UPDATE SET
    parent_checkpoint_id = excluded.parent_checkpoint_id, type = excluded.type,
    checkpoint = excluded.checkpoint, metadata = excluded.metadata, run_id = excluded.run_id
)
SELECT 1 FROM lease`;

const ACQUIRE = `
INSERT INTO checkpoint_leases AS held (thread_id, fence, token) VALUES ($1, $2, $3)
ON CONFLICT (thread_id) DO UPDATE SET fence = excluded.fence, token = excluded.token
WHERE held.fence < excluded.fence OR (held.fence = excluded.fence AND held.token = excluded.token)
RETURNING 1`;

const DROP_WRITES = `
WITH lease AS (
  SELECT thread_id FROM checkpoint_leases WHERE thread_id = $1 AND fence = $2 AND token = $3 FOR SHARE
), dropped AS (
  DELETE FROM checkpoint_writes AS w USING lease
  WHERE w.thread_id = lease.thread_id AND w.checkpoint_ns = '' AND w.checkpoint_id = $4 AND w.task_id = $5
)
SELECT 1 FROM lease`;

const PROGRESS = `
SELECT
  EXISTS (SELECT 1 FROM checkpoints WHERE thread_id = $1 AND run_id = $2 AND checkpoint_ns = '') AS advanced,
  EXISTS (SELECT 1 FROM checkpoint_writes WHERE thread_id = $1 AND run_id = $2 AND channel = '__resume__') AS answered,
  ARRAY(SELECT value FROM checkpoint_writes
    WHERE thread_id = $1 AND run_id = $2 AND channel = '__interrupt__' AND type = 'json') AS raised`;

const ASKED = `
SELECT q.value AS question, q.run_id AS "raisedBy", a.value AS answers
FROM checkpoint_writes q LEFT JOIN checkpoint_writes a ON a.thread_id = q.thread_id
  AND a.checkpoint_ns = q.checkpoint_ns AND a.checkpoint_id = q.checkpoint_id AND a.task_id = q.task_id
  AND a.channel = '__resume__'
WHERE q.thread_id = $1 AND q.channel = '__interrupt__' ORDER BY q.seq`;

const LATEST_ID = `
SELECT checkpoint_id FROM checkpoints WHERE thread_id = $1 AND checkpoint_ns = '' ORDER BY seq DESC LIMIT 1`;

const DELETE_THREAD = `
WITH c AS (DELETE FROM checkpoints WHERE thread_id = $1), w AS (DELETE FROM checkpoint_writes WHERE thread_id = $1)
DELETE FROM checkpoint_leases WHERE thread_id = $1`;

/** One write of a task of this checkpoint: the last one counts where it replaces, the first one else. */
const eachOnce = (rows: (WriteRow & { replace: boolean })[]): (WriteRow & { replace: boolean })[] => {
  const byKey = new Map<string, WriteRow & { replace: boolean }>();
  for (const row of rows) {
    const key = JSON.stringify([row.checkpoint_ns, row.checkpoint_id, row.task_id, row.idx]);
    if (row.replace || !byKey.has(key)) byKey.set(key, row);
  }
  return [...byKey.values()];
};

const bytes = (value: Uint8Array | string): Buffer =>
  typeof value === 'string'
    ? Buffer.from(value)
    : Buffer.from(value.buffer, value.byteOffset, value.byteLength);

type Query = <R>(text: string, values: unknown[]) => Promise<R[]>;

/** The statements of the checkpoint tables, on a pool. */
export const createCheckpointTables = (pool: pg.Pool) => {
  const query: Query = async <R>(text: string, values: unknown[]) =>
    (await asked(pool.query(prepared(text, values)))).rows as R[];
  return { query, ...createReads(query), ...createChanges(query) };
};

const createReads = (query: Query) => {
  const one = async (where: string, values: unknown[]): Promise<CheckpointRow | undefined> =>
    (await query<CheckpointRow>(`SELECT ${COLUMNS} FROM checkpoints WHERE ${where}`, values))[0];
  return {
    /** The checkpoint inserted last, whatever its id says. */
    latest: (threadId: string, ns: string) =>
      one('thread_id = $1 AND checkpoint_ns = $2 ORDER BY seq DESC LIMIT 1', [threadId, ns]),
    byId: (threadId: string, ns: string, id: string) =>
      one('thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = $3', [threadId, ns, id]),
    bySeq: (seq: number) => one('seq = $1', [seq]),
    writesOf: (row: CheckpointRow) =>
      query<WriteRow>(
        `SELECT checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value FROM checkpoint_writes
         WHERE thread_id = $1 AND checkpoint_ns = $2 AND checkpoint_id = $3 ORDER BY task_id COLLATE "C", idx`,
        [row.thread_id, row.checkpoint_ns, row.checkpoint_id],
      ),
    progress: async (threadId: string, runId: string): Promise<RunProgress> => {
      const [found] = await query<{ advanced: boolean; answered: boolean; raised: Buffer[] }>(PROGRESS, [
        threadId,
        runId,
      ]);
      const { advanced = false, answered = false, raised = [] } = found ?? {};
      return { advanced, answered, raised: [...new Set(raised.flatMap(interruptIds))] };
    },
    asked: async (threadId: string): Promise<QuestionsAsked> => {
      const rows = await query<AskedRow>(ASKED, [threadId]);
      const [latest] = await query<{ checkpoint_id: string }>(LATEST_ID, [threadId]);
      return { checkpointId: latest?.checkpoint_id ?? null, byId: questionsAsked(rows) };
    },
  };
};

const createChanges = (query: Query) => ({
  acquire: async ({ threadId, fence, token }: Lease): Promise<boolean> =>
    (await query(ACQUIRE, [threadId, fence, token])).length === 1,
  /** @throws {LeaseLostError}, with nothing stored, unless the lease is the thread's. */
  store: async ({ lease, runId, writes, checkpoints: puts }: StoreBatch): Promise<void> => {
    const { threadId, fence, token } = lease;
    const rows = eachOnce(writes.flatMap(({ replace, rows: of }) => of.map((row) => ({ ...row, replace }))));
    const stored = await query(STORE, [
      threadId,
      fence,
      token,
      runId,
      rows.map((row) => row.checkpoint_ns),
      rows.map((row) => row.checkpoint_id),
      rows.map((row) => row.task_id),
      rows.map((row) => row.idx),
      rows.map((row) => row.channel),
      rows.map((row) => row.type),
      rows.map((row) => bytes(row.value)),
      rows.map((row) => row.replace),
      puts.map((row) => row.checkpoint_ns),
      puts.map((row) => row.checkpoint_id),
      puts.map((row) => row.parent_checkpoint_id),
      puts.map((row) => row.type),
      puts.map((row) => bytes(row.checkpoint)),
      puts.map((row) => bytes(row.metadata)),
    ]);
    if (stored.length === 0) throw new LeaseLostError(threadId);
  },
  /** Deletes what a task has written at a root checkpoint. @throws {LeaseLostError} as `store` does. */
  dropWrites: async (
    { threadId, fence, token }: Lease,
    { checkpointId, taskId }: { checkpointId: string; taskId: string },
  ): Promise<void> => {
    const held = await query(DROP_WRITES, [threadId, fence, token, checkpointId, taskId]);
    if (held.length === 0) throw new LeaseLostError(threadId);
  },
  deleteThread: async (threadId: string): Promise<void> => {
    await query(DELETE_THREAD, [threadId]);
  },
});

export type CheckpointTables = ReturnType<typeof createCheckpointTables>;
