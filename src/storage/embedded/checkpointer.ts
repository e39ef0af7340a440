import type { Checkpoints } from '../checkpoints.ts';
import { lazySavers } from '../lazy-savers.ts';
import { readDigest } from './checkpoint-digest.ts';
import { openCheckpointFile, type CheckpointFile } from './checkpoint-file.ts';
import { createCheckpointGroup } from './checkpoint-group.ts';
import { prepareCheckpointTables, type CheckpointPoint } from './checkpoint-tables.ts';
import { prepareUpkeep } from './checkpoint-upkeep.ts';
import type { SharedFrom } from './shared-lists.ts';

export type { CheckpointPoint } from './checkpoint-tables.ts';

export interface OpenCheckpoints extends CheckpointFile {
  /** Called at each named moment; what it throws surfaces as the failure of that moment. */
  at?: (point: CheckpointPoint) => void;
  /** From which length lists are stored apart from their checkpoints. */
  sharedFrom?: SharedFrom;
}

/**
 * Checkpoints in a SQLite file of their own, fenced by leases kept in the same file. Any number of processes may
 * have it open. With `readonly` only `reader`, `saver` and `progress` work.
 */
export const openCheckpoints = ({ at, sharedFrom, ...file }: OpenCheckpoints): Checkpoints => {
  const db = openCheckpointFile(file);
  const tables = prepareCheckpointTables(db, at);
  const group = createCheckpointGroup(db, tables.store, at);
  const upkeep = prepareUpkeep(db);
  const connection = { db, tables, group, sharedFrom };
  return {
    ...lazySavers(async () => (await import('./savers.ts')).createSavers(connection)),
    acquire: async (lease) => tables.acquire(lease),
    progress: async ({ threadId, runId }) => tables.progress(threadId, runId),
    asked: async (threadId) => tables.asked(threadId),
    digest: async (input) => {
      group.flush();
      return readDigest(file.path, input);
    },
    deleteThread: async (threadId) => tables.deleteThread(threadId),
    forgetRun: async ({ threadId, runId }) => {
      group.flush();
      upkeep.forgetRun(threadId, runId);
    },
    copyThread: async ({ from, to }) => upkeep.copyThread(from, to),
    keepLatest: async (threadId, count = 1) => upkeep.keepLatest(threadId, count),
    size: async (threadId) => upkeep.size(threadId),
    steps: async (threadIds) => upkeep.steps(threadIds),
    close: async () => {
      group.flush();
      db.close();
    },
  };
};
