import { createHash, type Hash } from 'node:crypto';
import type { CheckpointRow, WriteRow } from './checkpoint-rows.ts';
import type { CheckpointDigest } from './checkpoints.ts';

/** What of a root checkpoint goes into its digest, in this order. */
export type DigestedCheckpoint = Omit<CheckpointRow, 'thread_id' | 'checkpoint_ns'>;
export type DigestedWrite = Omit<WriteRow, 'checkpoint_ns' | 'checkpoint_id'>;

type Value = Uint8Array | string | number | null;

/** With its length in front, so that no two sequences of values look the same. */
const add = (hash: Hash, value: Value): void => {
  const bytes = value === null ? 'null' : value instanceof Uint8Array ? value : `${typeof value}:${value}`;
  hash.update(`${bytes.length}:`).update(bytes);
};

/** Hashes a root checkpoint as it was read, with the writes that wait at it. */
export const digestOf = (row: DigestedCheckpoint, writes: DigestedWrite[]): CheckpointDigest => {
  const hash = createHash('sha256');
  const { checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata } = row;
  for (const value of [checkpoint_id, parent_checkpoint_id, type, checkpoint, metadata]) add(hash, value);
  for (const { task_id, idx, channel, type: writeType, value: written } of writes)
    for (const value of [task_id, idx, channel, writeType, written]) add(hash, value);
  return { checkpointId: checkpoint_id, parentId: parent_checkpoint_id, sha256: hash.digest('hex') };
};
