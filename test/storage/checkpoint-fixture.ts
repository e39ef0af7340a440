import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BaseCheckpointSaver, Checkpoint, CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { onTestFinished } from 'vitest';
import type { Lease } from '../../src/model/lease.ts';
import type { Checkpoints, CheckpointWriter } from '../../src/storage/checkpoints.ts';
import { openCheckpoints, type OpenCheckpoints } from '../../src/storage/embedded/checkpointer.ts';

/** A path for a checkpoint file in a folder of its own, gone when the test is over. */
export const temporaryPath = (): string => {
  const dir = mkdtempSync(join(tmpdir(), 'holdpoint-checkpoints-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  return join(dir, 'checkpoints.db');
};

export const open = (options: Partial<OpenCheckpoints> = {}): Checkpoints => {
  const checkpoints = openCheckpoints({
    path: options.path ?? temporaryPath(),
    synchronous: 'NORMAL',
    ...options,
  });
  onTestFinished(() => checkpoints.close());
  return checkpoints;
};

export const leaseOf = (threadId: string, fence = 1, token = `token-${fence}`): Lease => ({
  threadId,
  fence,
  token,
});

/** A writer of `thread` that holds its lease. */
export const acquired = async (
  checkpoints: Checkpoints,
  { thread = 't', fence = 1, runId = 'run' } = {},
): Promise<CheckpointWriter> => {
  const lease = leaseOf(thread, fence);
  if (!(await checkpoints.acquire(lease))) throw new Error('the lease is taken');
  return checkpoints.writer({ lease, runId, metadata: {}, inputIsKept: true });
};

export const at = (id?: string, ns = '', thread = 't') => ({
  configurable: { thread_id: thread, checkpoint_ns: ns, ...(id === undefined ? {} : { checkpoint_id: id }) },
});

export const checkpoint = (id: string, values: Record<string, unknown> = {}): Checkpoint => ({
  v: 4,
  id,
  ts: '2026-01-01T00:00:00.000Z',
  channel_values: values,
  channel_versions: {},
  versions_seen: {},
});

/** Puts a checkpoint with next to nothing in it. */
export const put = (
  saver: BaseCheckpointSaver,
  id: string,
  { ns = '', parent = undefined as string | undefined } = {},
) => saver.put(at(parent, ns), checkpoint(id), { source: 'loop', step: 0, parents: {} }, {});

/** Puts the checkpoint with which a run is given its input. */
export const putInput = (saver: BaseCheckpointSaver, id: string, thread = 't') =>
  saver.put(at(undefined, '', thread), checkpoint(id), { source: 'input', step: -1, parents: {} }, {});

export const collect = async (tuples: AsyncIterable<CheckpointTuple>): Promise<CheckpointTuple[]> => {
  const all: CheckpointTuple[] = [];
  for await (const tuple of tuples) all.push(tuple);
  return all;
};

export const idsOf = async (tuples: AsyncIterable<CheckpointTuple>): Promise<string[]> =>
  (await collect(tuples)).map((tuple) => tuple.checkpoint.id);

/** What a promise rejected with. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );
