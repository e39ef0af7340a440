import type { Checkpoints, ThreadSize } from '../checkpoints.ts';
import { stepsIn } from '../checkpoint-rows.ts';
import type { CheckpointTables } from './checkpoint-tables.ts';

const FORGET_RUN = `
WITH c AS (DELETE FROM checkpoints WHERE thread_id = $1 AND run_id = $2),
  w AS (DELETE FROM checkpoint_writes WHERE thread_id = $1 AND run_id = $2)
DELETE FROM checkpoint_leases WHERE thread_id = $1`;

const COPY_THREAD = `
WITH c AS (
  INSERT INTO checkpoints
    (thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata, run_id)
  SELECT $2, checkpoint_ns, checkpoint_id, parent_checkpoint_id, type, checkpoint,
    convert_to(replace(convert_from(metadata, 'UTF8'), $3, $4), 'UTF8'), ''
  FROM checkpoints WHERE thread_id = $1 ORDER BY seq
)
INSERT INTO checkpoint_writes
  (thread_id, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value, run_id)
SELECT $2, checkpoint_ns, checkpoint_id, task_id, idx, channel, type, value, ''
FROM checkpoint_writes WHERE thread_id = $1 ORDER BY seq`;

const KEEP_LATEST = `
WITH latest AS (
  SELECT seq, checkpoint_ns, checkpoint_id FROM (
    SELECT seq, checkpoint_ns, checkpoint_id,
      row_number() OVER (PARTITION BY checkpoint_ns ORDER BY seq DESC) AS age
    FROM checkpoints WHERE thread_id = $1
  ) AS aged WHERE age <= $2
), gone AS (
  DELETE FROM checkpoints WHERE thread_id = $1 AND seq NOT IN (SELECT seq FROM latest)
  RETURNING checkpoint_ns, checkpoint_id
), kept AS (
  UPDATE checkpoints AS c SET parent_checkpoint_id = NULL
  WHERE thread_id = $1 AND seq IN (SELECT seq FROM latest) AND NOT EXISTS (
    SELECT 1 FROM latest WHERE latest.checkpoint_ns = c.checkpoint_ns
      AND latest.checkpoint_id = c.parent_checkpoint_id)
)
DELETE FROM checkpoint_writes AS w USING gone
WHERE w.thread_id = $1 AND w.checkpoint_ns = gone.checkpoint_ns AND w.checkpoint_id = gone.checkpoint_id`;

const SIZE = `
SELECT
  (SELECT count(*)::int FROM checkpoints WHERE thread_id = $1) AS checkpoints,
  (SELECT coalesce(sum(length(checkpoint) + length(metadata)), 0)::float8 FROM checkpoints
    WHERE thread_id = $1) AS checkpoint_bytes,
  (SELECT count(*)::int FROM checkpoint_writes WHERE thread_id = $1) AS writes,
  (SELECT coalesce(sum(length(value)), 0)::float8 FROM checkpoint_writes WHERE thread_id = $1) AS write_bytes`;

const STEPS = `
SELECT DISTINCT ON (thread_id) thread_id, convert_from(metadata, 'UTF8') AS metadata FROM checkpoints
WHERE thread_id = ANY($1) AND checkpoint_ns = '' ORDER BY thread_id, seq DESC`;

type Upkeep = Pick<Checkpoints, 'forgetRun' | 'copyThread' | 'keepLatest' | 'size' | 'steps'>;

/** What is done to all of a thread's or a run's checkpoints at once; each is one statement. */
export const createUpkeep = ({ query }: CheckpointTables): Upkeep => ({
  forgetRun: async ({ threadId, runId }) => {
    await query(FORGET_RUN, [threadId, runId]);
  },
  copyThread: async ({ from, to }) => {
    await query(COPY_THREAD, [from, to, `"thread_id":"${from}"`, `"thread_id":"${to}"`]);
  },
  keepLatest: async (threadId, count = 1) => {
    await query(KEEP_LATEST, [threadId, count]);
  },
  size: async (threadId): Promise<ThreadSize> => {
    const [row] = await query<Record<string, number>>(SIZE, [threadId]);
    return {
      checkpoints: { count: row?.['checkpoints'] ?? 0, bytes: row?.['checkpoint_bytes'] ?? 0 },
      writes: { count: row?.['writes'] ?? 0, bytes: row?.['write_bytes'] ?? 0 },
    };
  },
  steps: async (threadIds) =>
    stepsIn(await query<{ thread_id: string; metadata: string }>(STEPS, [threadIds])),
});
