import { isoTime } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import { isFinal } from '../model/run-state.ts';
import type { LifecycleDeps } from './deps.ts';
import type { CancelRunInput } from './cancel-run.ts';
import { dropQuestionsOf } from './record-questions.ts';
import type { Run } from '../model/run.ts';

/**
 * Deletes a run and its events. One that has not ended is cancelled first. Its checkpoints stay: they are the
 * thread's history. So the thread still shows what the run asked and takes an answer on the wire, but as an approval
 * nobody can decide it any more: there is no run to be configured like.
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
    const { storage, clock } = deps;
    await storage.transaction(async (ledger) => {
      await dropQuestionsOf(ledger, { run, at: isoTime(clock) });
      await ledger.runs.remove(run);
    });
    storage.signals.publish({ kind: 'thread', threadId: run.threadId });
  };
};

/** How long a run may take to stop before its deletion is refused for now. */
const STOP_MS = 10_000;
