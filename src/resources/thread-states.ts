import type { BuiltWith, GraphReads } from '../engine/graph-reads.ts';
import type { HistoryQuery, StateQuery, ThreadState } from '../engine/thread-state.ts';
import { checkpointNotFound, threadNotFound } from '../model/not-found.ts';
import type { PartialOutput } from '../model/partial-output.ts';
import { showState, type ShowQuestion } from '../model/shown-questions.ts';
import type { Storage } from '../storage/ports.ts';

/** Reads of a thread's states; they run no node and no edge. */
export interface ThreadStates {
  /** @throws {HoldpointError} `thread_not_found`, `checkpoint_not_found`. */
  get(query: StateQuery): Promise<ThreadState>;
  /** @throws {HoldpointError} `thread_not_found`. */
  history(query: HistoryQuery): Promise<ThreadState[]>;
  /** What models have said in steps that are under way or were cut; undefined when there is none. */
  partial(threadId: string): Promise<PartialOutput | undefined>;
}

export const createThreadStates = ({
  storage,
  reads,
  showQuestion = (value) => value,
}: {
  storage: Storage;
  reads: Pick<GraphReads, 'state' | 'history'>;
  /** How waiting questions are shown; as they were asked when absent. */
  showQuestion?: ShowQuestion;
}): ThreadStates => {
  /** The thread's graph, built with what the thread's runs had last. */
  const graphOf = async (threadId: string): Promise<BuiltWith | undefined> => {
    const thread = await storage.threads.get(threadId);
    if (!thread) throw threadNotFound(threadId);
    const { graphId, config, metadata } = thread;
    if (graphId === null) return undefined;
    const { assistant_id: assistantId } = metadata;
    const assistant = typeof assistantId === 'string' ? await storage.assistants.get(assistantId) : undefined;
    const configurable = { ...assistant?.config.configurable, ...config.configurable, thread_id: threadId };
    return { graphId, config: { configurable } };
  };
  return {
    get: async (query) => {
      const built = await graphOf(query.threadId);
      const state = built ? await reads.state({ ...built, query }) : emptyState();
      const named = query.checkpoint?.checkpoint_id;
      if (named !== undefined && state.created_at === null) {
        throw checkpointNotFound(named);
      }
      return showState(showQuestion, state);
    },
    partial: (threadId) => storage.partials.get(threadId),
    history: async (query) => {
      const built = await graphOf(query.threadId);
      const states = built ? await reads.history({ ...built, query }) : [];
      return states.map((state) => showState(showQuestion, state));
    },
  };
};

/** The state of a thread on which nothing ever ran. */
const emptyState = (): ThreadState => ({
  values: {},
  next: [],
  tasks: [],
  created_at: null,
  checkpoint: null,
  parent_checkpoint: null,
});
