import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import type { RunCommand } from '../model/run.ts';
import { withCheckpointer, type Graph } from './graph-registry.ts';

const END = '__end__';

/**
 * Whether a command asks for nothing but the end: how clients "resolve" a question without answering it. Given to
 * LangGraph as it is, the question would be asked again.
 */
export const asksForEnd = (command: RunCommand | null): boolean => {
  if (!command || command.resume !== undefined || command.update != null) return false;
  return (
    command.goto === END ||
    (Array.isArray(command.goto) && command.goto.length === 1 && command.goto[0] === END)
  );
};

/** Drops the steps the thread has left, with their questions. Answers the values, which stay as they are. */
export const endThread = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  threadId: string,
): Promise<unknown> => {
  const bound = withCheckpointer(graph, saver);
  const config = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
  await bound.updateState(config, null as never, END);
  return (await bound.getState(config)).values as unknown;
};
