import type { StateUpdate } from '../engine/graph-calls.ts';
import type { GraphReads } from '../engine/graph-reads.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import { createCopyThread } from '../lifecycle/copy-thread.ts';
import { createDeleteThread } from '../lifecycle/delete-thread.ts';
import { createKeepLatest, createPruneThreads } from '../lifecycle/prune-threads.ts';
import { createTrimThreads } from '../lifecycle/trim-threads.ts';
import type { Settings } from '../config/settings.ts';
import type { DueWork } from '../worker/scheduler.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createImportThread } from '../resources/import-thread.ts';
import type { PlatformParts } from './platform.ts';

interface Uses extends Pick<PlatformDeps, 'threads' | 'deleteThread'> {
  updateState: (update: StateUpdate) => Promise<unknown>;
}

/** What is done to whole threads: import, copy, prune. */
export const threadUpkeep = (
  { lifecycle, reads }: PlatformParts,
  { threads, deleteThread, updateState }: Uses,
): Pick<PlatformDeps, 'importThread' | 'copyThread' | 'pruneThreads'> => ({
  importThread: createImportThread({
    createThread: (input) => threads.create(input),
    getThread: (threadId) => threads.get(threadId),
    deleteThread,
    updateState,
  }),
  copyThread: createCopyThread({
    ...lifecycle,
    readThread: (input) => reads.now(input),
  }),
  pruneThreads: threadPruner({ lifecycle, reads }),
});

/**
 * Whether checkpoints can be read without those before them. Not those of a graph that is gone or does not load: its
 * threads are left alone, and the others' turn comes.
 */
const standsAlone =
  (reads: Pick<GraphReads, 'standsAlone'>) =>
  (graphId: string): Promise<boolean> =>
    reads.standsAlone({ graphId }).catch(() => false);

/** Removes the old checkpoints of threads that have been idle for long, where the settings say so. */
export const trimming = (
  lifecycle: LifecycleDeps,
  { reads, settings }: { reads: Pick<GraphReads, 'standsAlone'>; settings: Settings },
): DueWork => ({
  name: 'trim threads',
  run: createTrimThreads({
    ...lifecycle,
    keep: settings.keepCheckpoints,
    keepLatest: createKeepLatest({ ...lifecycle, standsAlone: standsAlone(reads) }),
  }),
});

/** Prunes threads, whose graphs say whether their latest checkpoint can be read alone. */
export const threadPruner = ({
  lifecycle,
  reads,
}: {
  lifecycle: LifecycleDeps;
  reads: Pick<GraphReads, 'standsAlone'>;
}) =>
  createPruneThreads({
    ...lifecycle,
    deleteThread: createDeleteThread(lifecycle),
    standsAlone: standsAlone(reads),
  });
