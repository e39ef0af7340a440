import { readLanggraphConfig, type LanggraphConfig } from '../config/langgraph-config.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import { createCancelRun } from '../lifecycle/cancel-run.ts';
import { createCancelOrphans } from '../lifecycle/delete-assistant.ts';
import { createFinishDeletions } from '../lifecycle/delete-thread.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createReapRuns } from '../lifecycle/reap-runs.ts';
import { HoldpointError } from '../model/errors.ts';
import { openGraphReads } from './graph-reads.ts';
import { pauseSecurer } from './pauses.ts';

/** What `langgraph.json` says; its environment is that of this process, where that says nothing itself. */
export const readProject = (path: string): LanggraphConfig => {
  const langgraph = readLanggraphConfig(path);
  for (const [name, value] of Object.entries(langgraph.env)) process.env[name] ??= value;
  return langgraph;
};

/** How to take back what a worker held, in this process. No worker is waited for: a graph that is a function is not built. */
export const reaper = (lifecycle: LifecycleDeps, graphs: GraphRegistry) => {
  const reads = openGraphReads({ graphs, storage: lifecycle.storage });
  return createReapRuns({
    ...lifecycle,
    securePause: pauseSecurer(lifecycle, { graphs, reads, runsCode: false }),
    readThread: (input) => reads.now(input),
  });
};

/** What finishes a deletion in whose middle a server died. Any node may do so, at any time. */
export const halfDone = (lifecycle: LifecycleDeps) => ({
  finishDeletions: createFinishDeletions(lifecycle),
  cancelOrphans: createCancelOrphans({ ...lifecycle, cancelRun: createCancelRun(lifecycle) }),
});

/**
 * Finishes what a former server left half done: all of it where the storage has one server, so that every lease found
 * is an orphan. Answers how to take back what a worker held.
 */
export const takeOver = async (lifecycle: LifecycleDeps, graphs: GraphRegistry) => {
  const reapRuns = reaper(lifecycle, graphs);
  const { finishDeletions, cancelOrphans } = halfDone(lifecycle);
  await finishDeletions();
  if (lifecycle.storage.capabilities.singleServer)
    await reapRuns({
      held: { expiredBefore: Number.MAX_SAFE_INTEGER },
      reason: 'the server stopped without draining',
    });
  await cancelOrphans();
  return reapRuns;
};

/** Whether the agents have a model server to talk to. */
export const modelConfigured = (): boolean =>
  Boolean(process.env['OPENAI_API_KEY'] || process.env['OPENAI_BASE_URL']);

/** What only works where several processes can use the storage. */
export const needsDatabase = (what: string): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `"${what}" needs a database that several processes can use: set HOLDPOINT_DATABASE_URL. The data folder belongs to one server, which starts its own workers; for more of them: holdpoint serve --workers 4`,
  );
