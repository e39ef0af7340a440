import { hasWholeCheckpoints, type StateUpdate } from '../engine/graph-calls.ts';
import { readThreadNow } from '../engine/thread-now.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import { createCopyThread } from '../lifecycle/copy-thread.ts';
import { createDeleteThread } from '../lifecycle/delete-thread.ts';
import { createPruneThreads } from '../lifecycle/prune-threads.ts';
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

/** Prunes threads, whose graphs say whether their latest checkpoint can be read alone. */
export const threadPruner = ({ lifecycle, graphs }: Pick<PlatformParts, 'lifecycle' | 'graphs'>) =>
  createPruneThreads({
    ...lifecycle,
    deleteThread: createDeleteThread(lifecycle),
    standsAlone: async (graphId) => hasWholeCheckpoints(await graphs.load(graphId)),
  });
