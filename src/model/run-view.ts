import type { RunState } from './run-state.ts';
import type { Run, RunKwargs } from './run.ts';
import { STATE_WORDS } from './wire-status.ts';

interface Lifecycle {
  state: RunState;
  since: string;
  reason: string | null;
  pauseId: string | null;
}

/** `lifecycle` of a run or thread; ids of pause and stop come with those. */
export const presentLifecycle = ({ state, since, reason, pauseId }: Lifecycle) => ({
  state: STATE_WORDS[state].lifecycle,
  pause_id: pauseId,
  stop_id: null,
  since,
  reason,
});

/** A run as the wire shows it, in answers and in webhooks. */
export const presentRun = (run: Run) => ({
  run_id: run.runId,
  thread_id: run.threadId,
  assistant_id: run.assistantId,
  status: STATE_WORDS[run.state].run,
  metadata: run.metadata,
  kwargs: presentKwargs(run.kwargs),
  multitask_strategy: run.multitaskStrategy,
  ...(run.kwargs.langsmith_tracer?.project_name !== undefined && {
    langsmith_session_name: run.kwargs.langsmith_tracer.project_name,
  }),
  lifecycle: presentLifecycle(run),
  failure: run.failure,
  created_at: run.createdAt,
  updated_at: run.updatedAt,
});

/** `live` only says how its events are written. */
const presentKwargs = ({ live: _live, ...kwargs }: RunKwargs) => kwargs;
