import { isHoldpointError } from '../model/errors.ts';
import { runNotFound } from '../model/not-found.ts';
import type { RunState } from '../model/run-state.ts';
import type { RunJob } from '../storage/ports.ts';
import type { CancelAction, CancelRunInput } from './cancel-run.ts';
import type { LifecycleDeps } from './deps.ts';

export interface CancelRunsInput {
  /** Either these runs of a thread, or all runs there are in these states. */
  which: { threadId: string; runIds: string[] } | { states: RunState[] };
  action: CancelAction;
  actor: string;
}

/**
 * Ends several runs, those that wait behind others before these: none begins because the one before it has ended. One
 * that ends by itself meanwhile is no error.
 * @throws {HoldpointError} `run_not_found`, with nothing done, when a named run is not on the thread.
 */
export const createCancelRuns = (
  deps: LifecycleDeps & { cancelRun: (input: CancelRunInput) => Promise<unknown> },
) => {
  return async ({ which, action, actor }: CancelRunsInput): Promise<void> => {
    const runs = 'states' in which ? await deps.storage.runs.allUnfinished(which) : await named(deps, which);
    for (const run of runs) {
      await deps.cancelRun({ ...run, action, actor }).catch((error: unknown) => {
        if (!isHoldpointError(error) || !ENDED.has(error.code)) throw error;
      });
    }
  };
};

const ENDED = new Set(['invalid_transition', 'run_not_found']);

const named = async (
  { storage }: LifecycleDeps,
  { threadId, runIds }: { threadId: string; runIds: string[] },
): Promise<RunJob[]> => {
  for (const runId of runIds) {
    if ((await storage.runs.get(runId))?.threadId !== threadId) throw runNotFound(runId);
  }
  const lastFirst = (await storage.runs.unfinished(threadId)).map(({ runId }) => runId).toReversed();
  const ordered = new Set([...lastFirst.filter((runId) => runIds.includes(runId)), ...runIds]);
  return [...ordered].map((runId) => ({ threadId, runId }));
};
