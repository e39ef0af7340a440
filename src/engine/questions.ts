import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import type { Interrupt, Interrupts } from '../model/thread.ts';

const INTERRUPT = '__interrupt__';
/** Writes that say how a task stands, not what it produced. */
const STANDING = new Set([INTERRUPT, '__resume__', '__error__', '__error_source_node__']);

/**
 * The questions that wait at a checkpoint, by the task that asked. A task that has since produced its result
 * asks no more, even though LangGraph keeps its question beside the result. A question raised in a task within a node
 * is stored for both, under one id: it is the node's, which clients know. Runs no user code.
 */
export const waitingQuestions = (tuple: CheckpointTuple | undefined): Interrupts => {
  const writes = tuple?.pendingWrites ?? [];
  const done = new Set(writes.filter(([, channel]) => !STANDING.has(channel)).map(([taskId]) => taskId));
  const questions: Interrupts = {};
  const seen = new Set<string>();
  for (const [taskId, channel, value] of writes.toReversed()) {
    if (channel !== INTERRUPT || done.has(taskId)) continue;
    const own = asList(value).filter(({ id }) => id === undefined || !seen.has(id));
    for (const { id } of own) if (id !== undefined) seen.add(id);
    if (own.length > 0 || asList(value).length === 0)
      questions[taskId] = [...own, ...(questions[taskId] ?? [])];
  }
  return Object.fromEntries(Object.entries(questions).toReversed());
};

const asList = (value: unknown): Interrupt[] => (Array.isArray(value) ? value : [value]) as Interrupt[];
