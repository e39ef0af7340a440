import { hasWholeCheckpoints, type StateUpdate } from '../engine/graph-calls.ts';
import { readThreadNow } from '../engine/thread-now.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import { createCopyThread } from '../lifecycle/copy-thread.ts';
import { createDeleteThread } from '../lifecycle/delete-thread.ts';
import { createKeepLatest, createPruneThreads } from '../lifecycle/prune-threads.ts';
import { createTrimThreads } from '../lifecycle/trim-threads.ts';
import type { Settings } from '../config/settings.ts';
import type { DueWork } from '../worker/scheduler.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createImportThread } from '../resources/import-thread.ts';
import type { PlatformParts } from './platform.ts';

interface Uses extends Pick<PlatformDeps, 'threads' | 'deleteThread'> {
  updateState: (update: StateUpdate) => Promise<unknown>;
}

/** What is done to whole threads: import, copy, prune. */
export const threadUpkeep = (
  { lifecycle, graphs }: PlatformParts,
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
    readThread: async ({ threadId, graphId }) =>
      readThreadNow(await graphs.load(graphId), lifecycle.storage.checkpoints.reader, threadId),
  }),
  pruneThreads: threadPruner({ lifecycle, graphs }),
});

/** Whether checkpoints can be read without those before them. */
const standsAlone =
  (graphs: Pick<GraphRegistry, 'load'>) =>
  async (graphId: string): Promise<boolean> =>
    hasWholeCheckpoints(await graphs.load(graphId));

/** Removes the old checkpoints of threads that have been idle for long, where the settings say so. */
export const trimming = (
  lifecycle: LifecycleDeps,
  { graphs, settings }: { graphs: Pick<GraphRegistry, 'load'>; settings: Settings },
): DueWork => ({
  name: 'trim threads',
  run: createTrimThreads({
    ...lifecycle,
    keep: settings.keepCheckpoints,
    keepLatest: createKeepLatest({
      ...lifecycle,
      // A graph that is gone or does not load: its threads are left alone, and the others' turn comes.
      standsAlone: (graphId) => standsAlone(graphs)(graphId).catch(() => false),
    }),
  }),
});

/** Prunes threads, whose graphs say whether their latest checkpoint can be read alone. */
export const threadPruner = ({ lifecycle, graphs }: Pick<PlatformParts, 'lifecycle' | 'graphs'>) =>
  createPruneThreads({
    ...lifecycle,
    deleteThread: createDeleteThread(lifecycle),
    standsAlone: standsAlone(graphs),
  });
