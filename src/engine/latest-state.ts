import type { StateSnapshot } from '@langchain/langgraph';
import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph-checkpoint';
import type { CheckpointWriter } from '../storage/checkpoints.ts';
import { withCheckpointer, type Graph } from './graph-registry.ts';
import { isOfStorage } from './outcome.ts';

/** The task of what was written from outside of all tasks; LangGraph does not export it. */
const NULL_TASK_ID = '00000000-0000-0000-0000-000000000000';

interface Place {
  thread_id: string;
  checkpoint_ns: string | undefined;
  checkpoint_id?: string | undefined;
}

/**
 * The state at a place, which names no checkpoint: the latest, with what its tasks have written since. Where the graph
 * cannot apply that (a reducer refuses it, or two tasks wrote what one may) it is the state as the step found it, with its
 * tasks still to be done. So whatever a step wrote, the thread can be read.
 */
export const latestState = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  { place, subgraphs = false }: { place: Place; subgraphs?: boolean | undefined },
): Promise<StateSnapshot> => {
  const read = (from: BaseCheckpointSaver) =>
    withCheckpointer(graph, from).getState({ configurable: place }, { subgraphs });
  try {
    return await read(saver);
  } catch (error) {
    if (isOfStorage(error)) throw error;
    return read(withoutValues(saver));
  }
};

/**
 * The saver by which an edit goes on at a place: without what was written there since, where the graph cannot apply that.
 * So whatever a step wrote, the state can be edited.
 */
export const editableAt = async (
  graph: Graph,
  saver: BaseCheckpointSaver,
  place: Place,
): Promise<BaseCheckpointSaver> => {
  try {
    await withCheckpointer(graph, saver).getState({ configurable: place });
    return saver;
  } catch (error) {
    if (isOfStorage(error)) throw error;
    return withoutValues(saver);
  }
};

/**
 * What a command changes stays with the checkpoint at which it was given, and LangGraph applies it anew at each start.
 * Where the graph refuses it, it is taken back: the next run would fail of it, too.
 */
export const dropRefusedCommand = async (
  graph: Graph,
  writer: CheckpointWriter,
  threadId: string,
): Promise<void> => {
  const latest = { thread_id: threadId, checkpoint_ns: '' };
  const tuple = await writer.getTuple({ configurable: latest });
  if (!tuple?.pendingWrites?.some(([task]) => task === NULL_TASK_ID)) return;
  const { id } = tuple.checkpoint;
  try {
    // Where the checkpoint is named, only what commands wrote is applied.
    await withCheckpointer(graph, writer).getState({ configurable: { ...latest, checkpoint_id: id } });
  } catch (error) {
    if (isOfStorage(error)) throw error;
    await writer.dropWrites({ checkpointId: id, taskId: NULL_TASK_ID });
  }
};

/** The same checkpoints without the values that tasks wrote to channels of the graph; errors, questions and answers stay. */
const withoutValues = (saver: BaseCheckpointSaver): BaseCheckpointSaver =>
  new Proxy(saver, {
    get: (target, key) => {
      if (key === 'getTuple')
        return async (...args: Parameters<BaseCheckpointSaver['getTuple']>) =>
          stripped(await target.getTuple(...args));
      const value: unknown = Reflect.get(target, key, target);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });

const OF_LANGGRAPH = new Set(['__error__', '__interrupt__', '__resume__', '__scheduled__']);

const stripped = (tuple: CheckpointTuple | undefined): CheckpointTuple | undefined =>
  tuple && {
    ...tuple,
    pendingWrites: (tuple.pendingWrites ?? []).filter(
      ([task, channel]) => task !== NULL_TASK_ID && OF_LANGGRAPH.has(channel),
    ),
  };
