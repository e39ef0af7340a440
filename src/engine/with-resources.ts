import type { AttemptResult } from './attempt-result.ts';
import type { GraphRegistry } from './graph-registry.ts';
import { holdResources } from './resources.ts';
import type { ClaimedRun } from './run-config.ts';

/**
 * What the graph declares is opened when the attempt asks for it, and let go of before what it came to is written down.
 */
export const withResources = async (
  graphs: GraphRegistry,
  { run, graphId }: ClaimedRun,
  execute: (open: () => Promise<void>) => Promise<AttemptResult>,
): Promise<AttemptResult> => {
  const { threadId, runId } = run;
  const exports = async () => (await graphs.module(graphId)).exports;
  const resources = holdResources(exports, { threadId, runId });
  const result = await execute(() => resources.open());
  return { ...result, released: await resources.close() };
};
