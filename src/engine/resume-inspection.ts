import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { isRecord } from '../model/json.ts';
import type { CodeFingerprint, CodeOrigin } from '../model/pause.ts';
import type { Checkpoints } from '../storage/checkpoints.ts';
import { withCheckpointer, type Graph, type GraphRegistry } from './graph-registry.ts';
import { migrationPath } from './migrations.ts';
import { checkResources, declaredResources, type ResourceStep } from './resources.ts';

export interface InspectResume {
  graphId: string;
  threadId: string;
  runId: string;
  /** The nodes that were next when the run was paused; null: those that are next at the checkpoint. */
  next: string[] | null;
  /** The checkpoint to go on from; null: the latest. */
  checkpointId: string | null;
  /** The code that was in force then; null where that is not known. */
  before: CodeOrigin | null;
}

/** What only a process that runs the graph's code can say of a resume. */
export interface ResumeInspection {
  code: CodeFingerprint;
  /** Nodes that were to run next and that the graph does not have (any more). */
  missingNodes: string[];
  /** Registered migrations from that code to this, as "from → to"; null when none lead there. */
  migration: { path: string[]; error: string | null } | null;
  resources: ResourceStep[];
}

/** @throws {HoldpointError} `graph_not_found`; {GraphLoadError}. */
export const createInspectResume = ({
  graphs,
  checkpoints,
}: {
  graphs: GraphRegistry;
  checkpoints: Checkpoints;
}) => {
  return async (input: InspectResume): Promise<ResumeInspection> => {
    const { graphId, threadId, runId, before } = input;
    const { exports, code } = await graphs.module(graphId);
    const graph = await graphs.load(graphId, { configurable: { thread_id: threadId } });
    const path = before && before.sha256 !== code.sha256 ? migrationPath(exports, before, code) : undefined;
    const next = input.next ?? nodesDue(await tupleOf(checkpoints, input));
    return {
      code,
      missingNodes: next.filter((name) => !Object.hasOwn(graph.nodes, name)),
      migration: path
        ? {
            path: path.map(({ from, to }) => `${from} → ${to ?? 'now'}`),
            error: await tryMigrations(path, await stateOf(graph, checkpoints, threadId)),
          }
        : null,
      resources: await checkResources(declaredResources(exports), { threadId, runId }),
    };
  };
};

/** One that cannot be read is told of by another check. */
const tupleOf = (
  { reader }: Pick<Checkpoints, 'reader'>,
  { threadId, checkpointId }: InspectResume,
): Promise<CheckpointTuple | undefined> => {
  const at = { thread_id: threadId, checkpoint_ns: '', ...(checkpointId && { checkpoint_id: checkpointId }) };
  return reader.getTuple({ configurable: at }).catch(() => undefined);
};

const BRANCH = 'branch:to:';

/** The nodes that a checkpoint names as next, of which the graph may have none any more: to LangGraph there is no such step then. */
const nodesDue = (tuple: CheckpointTuple | undefined): string[] => {
  const values = tuple?.checkpoint.channel_values ?? {};
  const sends = Array.isArray(values['__pregel_tasks']) ? (values['__pregel_tasks'] as unknown[]) : [];
  return [
    ...sends.flatMap((send) => (isRecord(send) && typeof send['node'] === 'string' ? [send['node']] : [])),
    ...Object.keys(values).flatMap((name) => (name.startsWith(BRANCH) ? [name.slice(BRANCH.length)] : [])),
  ];
};

/** The state's values at the thread's latest checkpoint. */
export const stateOf = async (
  graph: Graph,
  checkpoints: Pick<Checkpoints, 'saver'>,
  threadId: string,
): Promise<unknown> => {
  const config = { configurable: { thread_id: threadId, checkpoint_ns: '' } };
  return (await withCheckpointer(graph, await checkpoints.saver()).getState(config)).values as unknown;
};

/** Runs them for their error: what they answer is asked again when the run starts. */
const tryMigrations = async (
  path: { migrate: (state: unknown) => unknown }[],
  state: unknown,
): Promise<string | null> => {
  try {
    for (const { migrate } of path) await migrate(state);
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
};
