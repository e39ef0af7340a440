import type { CheckpointCoordinates } from '../../engine/debug-payload.ts';
import type { StateUpdate } from '../../engine/graph-calls.ts';
import type { CancelRunInput } from '../../lifecycle/cancel-run.ts';
import type { CancelRunsInput } from '../../lifecycle/cancel-runs.ts';
import type { DeleteAssistantInput } from '../../lifecycle/delete-assistant.ts';
import type { LaunchRunInput } from '../../lifecycle/launch-run.ts';
import type { PruneThreadsInput } from '../../lifecycle/prune-threads.ts';
import type { ObservedEvent } from '../../lifecycle/read-events.ts';
import type { EventCursor } from '../../model/run-event.ts';
import type { RunState } from '../../model/run-state.ts';
import type { Run } from '../../model/run.ts';
import type { ImportThreadInput } from '../../resources/import-thread.ts';
import type { Assistants } from '../../resources/assistants.ts';
import type { Crons } from '../../resources/crons.ts';
import type { Store } from '../../resources/store.ts';
import type { ThreadStates } from '../../resources/thread-states.ts';
import type { Threads, ThreadWithValues } from '../../resources/threads.ts';
import type { UiComponents } from '../../resources/ui.ts';

interface RunId {
  threadId: string;
  runId: string;
}

/** The use-cases the LangGraph wire is made of. */
export interface PlatformDeps {
  assistants: Assistants;
  threads: Threads;
  states: ThreadStates;
  store: Store;
  ui: UiComponents;
  crons: Crons;
  launchRun: (input: LaunchRunInput) => Promise<Run>;
  /** On this thread, where one is given. */
  getRun: (input: { runId: string; threadId?: string | undefined }) => Promise<Run>;
  listRuns: (input: {
    threadId: string;
    states?: RunState[];
    limit: number;
    offset: number;
  }) => Promise<Run[]>;
  awaitRun: (input: RunId & { signal?: AbortSignal }) => Promise<Run | undefined>;
  followRun: (input: {
    run: Run;
    after?: EventCursor;
    signal: AbortSignal;
  }) => AsyncIterable<ObservedEvent[]>;
  /** The run's result as JSON text: the state's values and, when it waits, its questions. */
  runResult: (run: Run) => Promise<string>;
  cancelRun: (input: CancelRunInput) => Promise<Run>;
  deleteRun: (input: RunId & { actor: string }) => Promise<void>;
  deleteThread: (threadId: string) => Promise<void>;
  deleteAssistant: (input: DeleteAssistantInput) => Promise<string>;
  importThread: (input: ImportThreadInput) => Promise<ThreadWithValues>;
  copyThread: (threadId: string) => Promise<string>;
  pruneThreads: (input: PruneThreadsInput) => Promise<number>;
  launchRuns: (inputs: LaunchRunInput[]) => Promise<Run[]>;
  cancelRuns: (input: CancelRunsInput) => Promise<void>;
  newId: () => string;
  updateState: (update: StateUpdate) => Promise<CheckpointCoordinates>;
  heartbeatMs: number;
  version: string;
  langgraphVersion: string;
  /** Runs may be traced to LangSmith. */
  langsmith: boolean;
}
