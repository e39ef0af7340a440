import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import { encodeState } from '../model/state-json.ts';
import type { Interrupts } from '../model/thread.ts';
import type { Graph } from './graph-registry.ts';
import { latestState } from './latest-state.ts';

/** What a thread shows of its latest checkpoint. */
export interface ThreadNow {
  /** The nodes that run next. */
  next: string[];
  /** The state's values as JSON text. */
  values: string;
  /** The tasks that are next, with what each asks. */
  interrupts: Interrupts;
  /** Whether the graph has steps left. */
  hasNext: boolean;
}

/** Runs no node and no edge. */
export const readThreadNow = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  threadId: string,
): Promise<ThreadNow> => {
  const state = await latestState(graph, saver, { place: { thread_id: threadId, checkpoint_ns: '' } });
  const hasNext = state.next.length > 0;
  const waiting = state.tasks.filter((task) => task.result == null);
  const interrupts = Object.fromEntries(waiting.map((task) => [task.id, task.interrupts])) as Interrupts;
  return {
    next: state.next,
    values: encodeState(state.values),
    interrupts: hasNext ? interrupts : {},
    hasNext,
  };
};
