import type { Settings } from '../config/settings.ts';
import { langgraphVersion, version } from '../config/version.ts';
import type { CheckpointCoordinates } from '../engine/debug-payload.ts';
import type { GraphRegistry } from '../engine/graph-registry.ts';
import type { PauseDeps } from '../http/control/pauses.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import { createCancelRun } from '../lifecycle/cancel-run.ts';
import { createDeleteRun } from '../lifecycle/delete-run.ts';
import { createDeleteThread } from '../lifecycle/delete-thread.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createLaunchRun } from '../lifecycle/launch-run.ts';
import { createAwaitRun, createFollowRun, createGetRun } from '../lifecycle/observe-run.ts';
import { createRunResult } from '../lifecycle/run-result.ts';
import { createCrons } from '../resources/crons.ts';
import type { Store } from '../resources/store.ts';
import { questionView } from '../model/shown-questions.ts';
import { createThreadStates } from '../resources/thread-states.ts';
import { createThreads } from '../resources/threads.ts';
import type { WorkerPool } from '../worker/pool.ts';

export interface PlatformParts {
  lifecycle: LifecycleDeps;
  assistants: PlatformDeps['assistants'];
  graphs: GraphRegistry;
  workers: WorkerPool;
  pauses: PauseDeps;
  store: Store;
  settings: Settings;
}

/** The use-cases of the LangGraph wire, made by hand. */
export const platformDeps = ({
  lifecycle,
  assistants,
  graphs,
  workers,
  pauses,
  store,
  settings,
}: PlatformParts): PlatformDeps => {
  const { storage, clock, newId } = lifecycle;
  const showQuestion = questionView(settings.approvalDialects === 'on');
  const getRun = createGetRun(lifecycle);
  const awaitRun = createAwaitRun(lifecycle);
  const cancelRun = createCancelRun(lifecycle);
  return {
    assistants,
    store,
    threads: createThreads({ storage, clock, newId, showQuestion }),
    states: createThreadStates({ storage, graphs, showQuestion }),
    crons: createCrons({
      storage,
      assistants,
      clock,
      newId,
      changed: () => storage.signals.publish({ kind: 'due' }),
    }),
    launchRun: createLaunchRun({
      ...lifecycle,
      findAssistant: (id) => assistants.find(id),
      resumeThread: pauses.resumeThread,
    }),
    getRun,
    listRuns: (query) => storage.runs.list(query),
    awaitRun,
    followRun: createFollowRun({ storage, showQuestion }),
    runResult: createRunResult({ storage, showQuestion }),
    cancelRun,
    deleteRun: createDeleteRun({ ...lifecycle, getRun, cancelRun, awaitRun }),
    deleteThread: createDeleteThread(lifecycle),
    updateState: async (update) =>
      (await workers.call('updateState', update, settings.callTimeoutMs)) as CheckpointCoordinates,
    heartbeatMs: settings.heartbeatMs,
    version,
    langgraphVersion,
  };
};
