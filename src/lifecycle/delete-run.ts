import { HoldpointError } from '../model/errors.ts';
import { isFinal } from '../model/run-state.ts';
import type { LifecycleDeps } from './deps.ts';
import type { CancelRunInput } from './cancel-run.ts';
import type { Run } from '../model/run.ts';

/**
 * Deletes a run and its events. One that has not ended is cancelled first. Its checkpoints stay: they are the
 * thread's history.
 * @throws {HoldpointError} `run_not_found`; `worker_unavailable` when it does not stop in time: it is cancelled
 * all the same and can be deleted later.
 */
export const createDeleteRun = (
  deps: LifecycleDeps & {
    getRun: (input: { threadId: string; runId: string }) => Promise<Run>;
    cancelRun: (input: CancelRunInput) => Promise<Run>;
    awaitRun: (input: { threadId: string; runId: string; signal: AbortSignal }) => Promise<Run | undefined>;
  },
) => {
  return async (input: { threadId: string; runId: string; actor: string }): Promise<void> => {
    const run = await deps.getRun(input);
    if (!isFinal(run.state)) {
      await deps.cancelRun(input);
      const ended = await deps.awaitRun({ ...input, signal: AbortSignal.timeout(STOP_MS) });
      if (ended && !isFinal(ended.state)) {
        throw new HoldpointError(
          'worker_unavailable',
          `Run ${run.runId} has not stopped yet. Try again in a moment.`,
        );
      }
    }
    await deps.storage.transaction((ledger) => ledger.runs.remove(run));
  };
};

/** How long a run may take to stop before its deletion is refused for now. */
const STOP_MS = 10_000;
