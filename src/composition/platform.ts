import { langsmithConfigured } from '../config/langsmith.ts';
import type { Settings } from '../config/settings.ts';
import { langgraphVersion, version } from '../config/version.ts';
import type { CheckpointCoordinates } from '../engine/debug-payload.ts';
import type { StateUpdate } from '../engine/graph-calls.ts';
import type { GraphReads } from '../engine/graph-reads.ts';
import type { PauseDeps } from '../http/control/pauses.ts';
import type { PlatformDeps } from '../http/platform/deps.ts';
import { createCancelRun } from '../lifecycle/cancel-run.ts';
import { createCancelRuns } from '../lifecycle/cancel-runs.ts';
import { createDeleteAssistant } from '../lifecycle/delete-assistant.ts';
import { createDeleteRun } from '../lifecycle/delete-run.ts';
import { createDeleteThread } from '../lifecycle/delete-thread.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createLaunchRun, createLaunchRuns, type LaunchRunInput } from '../lifecycle/launch-run.ts';
import { createAwaitRun, createFollowRun, createGetRun } from '../lifecycle/observe-run.ts';
import { createRunResult } from '../lifecycle/run-result.ts';
import { HoldpointError } from '../model/errors.ts';
import { createCrons } from '../resources/crons.ts';
import type { Store } from '../resources/store.ts';
import { questionView } from '../model/shown-questions.ts';
import { createThreadStates } from '../resources/thread-states.ts';
import type { UiComponents } from '../resources/ui.ts';
import { createThreads } from '../resources/threads.ts';
import type { Workers } from '../worker/workers.ts';
import { threadUpkeep } from './thread-upkeep.ts';

export interface PlatformParts {
  lifecycle: LifecycleDeps;
  assistants: PlatformDeps['assistants'];
  reads: GraphReads;
  workers: Workers;
  pauses: PauseDeps;
  store: Store;
  ui: UiComponents;
  settings: Settings;
}

/** The use-cases of the LangGraph wire, made by hand. */
export const platformDeps = (parts: PlatformParts): PlatformDeps => {
  const { lifecycle, assistants, reads, workers, store, ui, settings } = parts;
  const { storage, clock, newId } = lifecycle;
  const showQuestion = questionView(settings.approvalDialects === 'on');
  const getRun = createGetRun(lifecycle);
  const awaitRun = createAwaitRun(lifecycle);
  const cancelRun = createCancelRun(lifecycle);
  const deleteThread = createDeleteThread(lifecycle);
  const threads = createThreads({
    storage,
    clock,
    newId,
    showQuestion,
    defaultTtl: lifecycle.settings.threadTtl,
  });
  const findAssistant = (id: string) => assistants.find(id);
  const langsmith = langsmithConfigured(process.env);
  const updateState = async (update: StateUpdate) =>
    (await workers.call('updateState', update, settings.callTimeoutMs)) as CheckpointCoordinates;
  return {
    assistants,
    store,
    ui,
    newId,
    threads,
    ...threadUpkeep(parts, { threads, deleteThread, updateState }),
    deleteAssistant: createDeleteAssistant({
      ...lifecycle,
      findAssistant,
      isSystem: (assistant) => assistants.isSystem(assistant),
      cancelRun,
      deleteThread,
    }),
    ...launching(parts, langsmith),
    cancelRuns: createCancelRuns({ ...lifecycle, cancelRun }),
    states: createThreadStates({ storage, reads, showQuestion }),
    crons: createCrons({
      storage,
      assistants,
      clock,
      newId,
      changed: () => storage.signals.publish({ kind: 'due' }),
    }),
    getRun,
    listRuns: (query) => storage.runs.list(query),
    awaitRun,
    followRun: createFollowRun({ storage, showQuestion }),
    runResult: createRunResult({ storage, showQuestion }),
    cancelRun,
    deleteRun: createDeleteRun({ ...lifecycle, getRun, cancelRun, awaitRun }),
    deleteThread,
    updateState,
    heartbeatMs: settings.heartbeatMs,
    version,
    langgraphVersion,
    langsmith,
  };
};

/** Runs are accepted, but those that ask for what this server could not keep. */
const launching = (
  { lifecycle, assistants, pauses }: PlatformParts,
  langsmith: boolean,
): Pick<PlatformDeps, 'launchRun' | 'launchRuns'> => {
  const findAssistant = (id: string) => assistants.find(id);
  const launchRun = createLaunchRun({ ...lifecycle, findAssistant, resumeThread: pauses.resumeThread });
  const launchRuns = createLaunchRuns({ ...lifecycle, findAssistant });
  const refuse = ({ kwargs }: LaunchRunInput): void => {
    if (langsmith || (kwargs.feedback_keys ?? []).length === 0) return;
    throw new HoldpointError('not_supported', 'feedback_keys: LANGSMITH_API_KEY is not set on this server', {
      details: { field: 'feedback_keys' },
    });
  };
  return {
    launchRun: async (input) => {
      refuse(input);
      return launchRun(input);
    },
    launchRuns: async (inputs) => {
      inputs.forEach(refuse);
      return launchRuns(inputs);
    },
  };
};
