import {
  emptyState,
  readHistory,
  readState,
  type HistoryQuery,
  type StateQuery,
  type ThreadState,
} from '../engine/thread-state.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import { checkpointNotFound, threadNotFound } from '../model/not-found.ts';
import type { Storage } from '../storage/ports.ts';

/** Reads of a thread's states; they run no node and no edge. */
export interface ThreadStates {
  /** @throws {HoldpointError} `thread_not_found`, `checkpoint_not_found`. */
  get(query: StateQuery): Promise<ThreadState>;
  /** @throws {HoldpointError} `thread_not_found`. */
  history(query: HistoryQuery): Promise<ThreadState[]>;
}

export const createThreadStates = ({
  storage,
  graphs,
}: {
  storage: Storage;
  graphs: GraphRegistry;
}): ThreadStates => {
  const graphOf = async (threadId: string) => {
    const thread = await storage.threads.get(threadId);
    if (!thread) throw threadNotFound(threadId);
    return thread.graphId === null ? undefined : graphs.load(thread.graphId);
  };
  const { reader } = storage.checkpoints;
  return {
    get: async (query) => {
      const graph = await graphOf(query.threadId);
      const state = graph ? await readState(graph, reader, query) : emptyState();
      const named = query.checkpoint?.checkpoint_id;
      if (named !== undefined && state.created_at === null) {
        throw checkpointNotFound(named);
      }
      return state;
    },
    history: async (query) => {
      const graph = await graphOf(query.threadId);
      return graph ? readHistory(graph, reader, query) : [];
    },
  };
};
