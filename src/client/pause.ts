/** One condition, or any or all of several; `"webhook: redis_ready"` is short for `{type: 'webhook', event}`. */
export type ResumeCondition = string | Record<string, unknown>;

export interface PauseOptions {
  reason: string;
  /** `drain`: at the end of the step. `now`: the step is cut and runs again. */
  mode?: 'drain' | 'now' | undefined;
  drainTimeoutMs?: number | undefined;
  onTimeout?: 'extend' | 'force' | undefined;
  resumeBehavior?: 'continue' | 'restart_step' | 'await_instructions' | undefined;
  release?: 'idle' | 'shutdown' | undefined;
  resumeWhen?: ResumeCondition | undefined;
}

/** What became of asking for a pause. */
export interface Pause {
  pauseId: string;
  runId: string;
  /** `draining`: asked for, the end of the step not reached. `paused`: it is, and its checkpoint was read back. */
  state: string;
  reason: string;
  /** Resumes it from outside, without a key. Told only once. */
  resumeUrl: string | undefined;
}

export interface PauseView {
  pause_id: string;
  run_id: string;
  state: string;
  reason: string;
  resume_url?: string;
}

export const pauseOf = (view: PauseView): Pause => ({
  pauseId: view.pause_id,
  runId: view.run_id,
  state: view.state,
  reason: view.reason,
  resumeUrl: view.resume_url,
});

export const pauseBody = (options: PauseOptions) => ({
  reason: options.reason,
  mode: options.mode,
  drain_timeout_ms: options.drainTimeoutMs,
  on_timeout: options.onTimeout,
  resume_behavior: options.resumeBehavior,
  release: options.release,
  resume_when: options.resumeWhen,
});

export interface ResumeOptions {
  /** What resumes it, for the log; `manual` when left out. */
  trigger?: string | undefined;
  /** Offered to the graph. */
  data?: unknown;
  /** Told to the model after the results of the tools. */
  additionalContext?: string | undefined;
  onDrift?: 'refuse' | 'accept' | 'migrate' | undefined;
  /** Resume although a check failed; logged. */
  force?: boolean | undefined;
  fromCheckpointId?: string | undefined;
  /** A LangGraph command: `{ update, goto }`. */
  command?: Record<string, unknown> | undefined;
  /** What the run may spend from now on, where a budget was reached. */
  maxTokens?: number | undefined;
  maxCost?: number | undefined;
}

/** What a check of the preflight found. */
export interface Check {
  name: string;
  status: string;
  detail: string | null;
  duration_ms: number;
}

export const resumeBody = (options: ResumeOptions) => ({
  trigger: options.trigger,
  data: options.data,
  additional_context: options.additionalContext,
  on_drift: options.onDrift,
  force: options.force,
  from_checkpoint_id: options.fromCheckpointId,
  command: options.command,
  ...((options.maxTokens ?? options.maxCost) !== undefined && {
    budget: { max_tokens: options.maxTokens, max_cost: options.maxCost },
  }),
});
