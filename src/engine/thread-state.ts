import type { StateSnapshot } from '@langchain/langgraph';
import type { BaseCheckpointSaver } from '@langchain/langgraph-checkpoint';
import type { CheckpointRef } from '../model/run.ts';
import { checkpointCoordinates, type CheckpointCoordinates } from './debug-payload.ts';
import { withCheckpointer, type Graph } from './graph-registry.ts';
import { latestState } from './latest-state.ts';

/** A thread's state at one checkpoint, in the words of the wire. */
export interface ThreadState {
  values: unknown;
  next: string[];
  tasks: ThreadTask[];
  /** Absent where nothing was ever stored. */
  metadata?: unknown;
  created_at: string | null;
  checkpoint: CheckpointCoordinates | null;
  parent_checkpoint: CheckpointCoordinates | null;
}

export interface ThreadTask {
  id: string;
  name: string;
  path: unknown;
  error: string | null;
  interrupts: unknown[];
  checkpoint: CheckpointCoordinates | null;
  state: ThreadState | null;
  result: unknown;
}

export interface StateQuery {
  threadId: string;
  checkpoint?: CheckpointRef | undefined;
  subgraphs?: boolean | undefined;
}

export interface HistoryQuery {
  threadId: string;
  limit: number;
  /** Only states older than this checkpoint. */
  before?: string | undefined;
  checkpoint?: CheckpointRef | undefined;
  metadata?: Record<string, unknown> | undefined;
}

/** Reads run no node: LangGraph only loads the checkpoint and works out which steps come next. */
export const readState = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  query: StateQuery,
): Promise<ThreadState> => {
  const { threadId, checkpoint, subgraphs } = query;
  const place = { thread_id: threadId, checkpoint_ns: '', ...defined(checkpoint) };
  return toThreadState(await latestState(graph, saver, { place, subgraphs }));
};

/** States of the thread, newest first, in the order they were stored. */
export const readHistory = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  query: HistoryQuery,
): Promise<ThreadState[]> => {
  const { threadId, limit, before, checkpoint, metadata } = query;
  const config = { configurable: { thread_id: threadId, checkpoint_ns: '', ...defined(checkpoint) } };
  const snapshots = withCheckpointer(graph, saver).getStateHistory(config, {
    limit,
    ...(before !== undefined && { before: { configurable: { thread_id: threadId, checkpoint_id: before } } }),
    ...(metadata && { filter: metadata }),
  });
  const states: ThreadState[] = [];
  for await (const snapshot of snapshots) states.push(toThreadState(snapshot));
  return states;
};

const defined = (checkpoint: CheckpointRef = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(checkpoint).filter(([, value]) => value != null));

const toThreadState = (snapshot: StateSnapshot): ThreadState => ({
  values: snapshot.values as unknown,
  next: snapshot.next,
  tasks: snapshot.tasks.map(toThreadTask),
  metadata: snapshot.metadata ?? {},
  created_at: snapshot.createdAt ?? null,
  checkpoint: storedCoordinates(snapshot.config),
  parent_checkpoint: storedCoordinates(snapshot.parentConfig),
});

const toThreadTask = (task: StateSnapshot['tasks'][number]): ThreadTask => ({
  id: task.id,
  name: task.name,
  path: task.path ?? [],
  error: task.error == null ? null : messageOf(task.error),
  interrupts: task.interrupts,
  checkpoint: task.state && !isSnapshot(task.state) ? checkpointCoordinates(task.state) : null,
  state: task.state && isSnapshot(task.state) ? toThreadState(task.state) : null,
  result: (task as { result?: unknown }).result ?? null,
});

const isSnapshot = (state: object): state is StateSnapshot => 'values' in state && 'next' in state;

const messageOf = (error: unknown): string =>
  error instanceof Error
    ? error.message
    : typeof error === 'object' && error !== null && 'message' in error
      ? String(error.message)
      : JSON.stringify(error);

/** Coordinates of a checkpoint that exists. */
const storedCoordinates = (config: unknown): CheckpointCoordinates | null => {
  const coordinates = checkpointCoordinates(config);
  return coordinates?.checkpoint_id == null ? null : coordinates;
};
