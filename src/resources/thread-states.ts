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
import { showState, type ShowQuestion } from '../model/shown-questions.ts';
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
  showQuestion = (value) => value,
}: {
  storage: Storage;
  graphs: GraphRegistry;
  /** How waiting questions are shown; as they were asked when absent. */
  showQuestion?: ShowQuestion;
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
      return showState(showQuestion, state);
    },
    history: async (query) => {
      const graph = await graphOf(query.threadId);
      const states = graph ? await readHistory(graph, reader, query) : [];
      return states.map((state) => showState(showQuestion, state));
    },
  };
};
