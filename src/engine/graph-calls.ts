import type { BaseCheckpointSaver, CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { HoldpointError, LeaseLostError } from '../model/errors.ts';
import { checkpointNotFound } from '../model/not-found.ts';
import type { CheckpointRef, RunCommand } from '../model/run.ts';
import { encodeState } from '../model/state-json.ts';
import type { Interrupts } from '../model/thread.ts';
import { checkpointCoordinates, type CheckpointCoordinates } from './debug-payload.ts';
import { withCheckpointer, type Graph } from './graph-registry.ts';
import { editableAt } from './latest-state.ts';
import { isOfStorage } from './outcome.ts';
import { waitingQuestions } from './questions.ts';
import { toCommand } from './run-input.ts';
import type { SendClass } from './send-class.ts';

export interface StateUpdate {
  threadId: string;
  values: unknown;
  asNode?: string | undefined;
  checkpoint?: CheckpointRef | undefined;
  /** Several steps one after the other, each with the updates of one or more nodes; `values` is not looked at then. */
  supersteps?: SuperstepUpdate[][] | undefined;
}

/** What one node is to have returned. */
export interface SuperstepUpdate {
  values: unknown;
  command: RunCommand | null;
  asNode: string;
}

/** What a state update left behind. */
export interface StateUpdated {
  checkpoint: CheckpointCoordinates;
  values: string;
  interrupts: Interrupts;
  hasNext: boolean;
}

/**
 * Writes values into the state as if `asNode` had returned them. Runs reducers and conditional edges, so it
 * belongs in a worker.
 * @throws {HoldpointError} `invalid_request` when the graph refuses the update.
 */
export const updateState = async (
  { graph, Send }: { graph: Graph; Send: SendClass },
  saver: BaseCheckpointSaver,
  update: StateUpdate,
): Promise<StateUpdated> => {
  const base = { thread_id: update.threadId, checkpoint_ns: '' };
  const named = update.checkpoint?.checkpoint_id;
  if (named !== undefined && !(await saver.getTuple({ configurable: { ...base, ...update.checkpoint } }))) {
    throw checkpointNotFound(named);
  }
  const start = { configurable: { ...base, ...update.checkpoint } };
  const bound = withCheckpointer(graph, await editableAt(graph, saver, start.configurable));
  const supersteps = update.supersteps?.map((updates) => ({ updates: updates.map(toNodeUpdate(Send)) }));
  const config = await (
    supersteps
      ? bound.bulkUpdateState(start, supersteps)
      : bound.updateState(start, update.values as never, update.asNode)
  ).catch((error: unknown) => refused(error, graph, update));
  const state = await bound.getState({ configurable: base });
  const tuple: CheckpointTuple | undefined = await saver.getTuple({ configurable: base });
  const coordinates = checkpointCoordinates(config);
  if (!coordinates) throw new HoldpointError('internal', 'the update stored no checkpoint');
  const hasNext = state.next.length > 0;
  const waiting = waitingQuestions(tuple);
  const none: Interrupts = Object.fromEntries(state.tasks.map((task) => [task.id, []]));
  return {
    checkpoint: coordinates,
    values: encodeState(state.values),
    interrupts: hasNext ? { ...none, ...waiting } : {},
    hasNext,
  };
};

const toNodeUpdate =
  (Send: SendClass) =>
  ({ values, command, asNode }: SuperstepUpdate) => ({
    values: command ? toCommand(command, Send) : (values as Record<string, unknown> | null),
    asNode,
  });

/** Whatever the graph's reducers, edges or schemas throw is its word on the update; what our storage throws is not. */
const refused = (error: unknown, graph: Graph, { asNode, supersteps }: StateUpdate): never => {
  if (isOfStorage(error) || error instanceof LeaseLostError) throw error;
  const unknownNode = asNode !== undefined && asNode !== '__end__' && !Object.hasOwn(graph.nodes, asNode);
  const field = supersteps ? 'supersteps' : unknownNode ? 'as_node' : 'values';
  const why = error instanceof Error ? error.message : String(error);
  throw new HoldpointError('invalid_request', `The graph refuses the update: ${why}`, {
    cause: error,
    details: { field },
  });
};

/** The graph as nodes and edges; `xray` opens subgraphs, all of them or so many levels deep. */
export const drawGraph = async (graph: Graph, xray: boolean | number): Promise<unknown> =>
  (await graph.getGraphAsync({ xray } as Parameters<Graph['getGraphAsync']>[0])).toJSON();

/** The graphs within the graph by namespace, all levels with `recurse`; of one namespace only, when it is given. */
export const subgraphsOf = async (
  graph: Graph,
  { namespace, recurse }: { namespace?: string | undefined; recurse: boolean },
): Promise<Record<string, Graph>> => {
  const found: Record<string, Graph> = {};
  for await (const [name, subgraph] of graph.getSubgraphsAsync(namespace, recurse))
    found[name] = subgraph as Graph;
  return found;
};

/** Whether every checkpoint of the graph has its whole state: a `DeltaChannel` needs the ones before. */
export const hasWholeCheckpoints = async (graph: Graph): Promise<boolean> => {
  const graphs = [graph, ...Object.values(await subgraphsOf(graph, { recurse: true }))];
  return !graphs.some(({ channels }) =>
    Object.values(channels).some(
      (channel) => (channel as { lc_graph_name?: string }).lc_graph_name === 'DeltaChannel',
    ),
  );
};
