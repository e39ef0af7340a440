import { isRecord } from '../model/json.ts';
import type { Checkpoints } from '../storage/checkpoints.ts';
import { withDeadline } from './deadline.ts';
import type { GraphRegistry } from './graph-registry.ts';
import { stateOf } from './resume-inspection.ts';

export interface TakeSnapshot {
  graphId: string;
  threadId: string;
}

/** A snapshot is read by somebody who waits for it. */
const SNAPSHOT_MS = 3000;

/**
 * What the graph's module says of a state, by `export const snapshot = (state) => ({ task, progress, artifacts,
 * decisions })`; null where it exports none. Runs code of the graph. Throws what that throws.
 */
export const createTakeSnapshot =
  ({ graphs, checkpoints }: { graphs: GraphRegistry; checkpoints: Checkpoints }) =>
  async ({ graphId, threadId }: TakeSnapshot): Promise<Record<string, unknown> | null> => {
    const { snapshot } = (await graphs.module(graphId)).exports;
    if (typeof snapshot !== 'function') return null;
    const graph = await graphs.load(graphId, { configurable: { thread_id: threadId } });
    const state = await stateOf(graph, checkpoints, threadId);
    const told: unknown = await withDeadline(async () => (snapshot as (state: unknown) => unknown)(state), {
      ms: SNAPSHOT_MS,
      what: 'snapshot()',
    });
    return isRecord(told) ? (JSON.parse(JSON.stringify(told)) as Record<string, unknown>) : null;
  };
