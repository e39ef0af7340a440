import type { CheckpointTuple } from '@langchain/langgraph-checkpoint';
import type { CheckpointReads } from '../storage/checkpoints.ts';

/** How far a thread's graph has come. */
export interface LastStep {
  /** The number of its last superstep; 0 before the first. */
  step: number;
  /** The nodes that ran in it. */
  nodes: string[];
}

/** Reads it off the thread's latest checkpoint alone: no code of the graph is needed, and none runs. */
export const readLastStep = async (reader: CheckpointReads, threadId: string): Promise<LastStep> => {
  const tuple = await reader.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
  return tuple ? lastStepOf(tuple) : { step: 0, nodes: [] };
};

/** Versions of channels only grow: who saw the newest ran last. */
export const lastStepOf = ({ checkpoint, metadata }: CheckpointTuple): LastStep => {
  const seen = Object.entries(checkpoint.versions_seen)
    .filter(([node]) => !node.startsWith('__'))
    .map(([node, versions]) => ({ node, newest: newest(Object.values(versions)) }));
  const last = newest(seen.map(({ newest: version }) => version));
  return {
    step: Math.max(0, metadata?.step ?? 0),
    nodes: last === 0 ? [] : seen.filter(({ newest: version }) => version === last).map(({ node }) => node),
  };
};

/** A saver's versions are numbers, or texts that begin with one. */
const newest = (versions: unknown[]): number =>
  Math.max(
    0,
    ...versions
      .map((version) => (typeof version === 'number' ? version : parseInt(String(version), 10)))
      .filter((version) => !Number.isNaN(version)),
  );
