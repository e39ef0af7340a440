/** The tables of emergency stops and of side effects; columns are named as in `schema.ts`. */
export interface EmergencyStopsTable {
  stop_id: string;
  /** `all`, `assistant` or `thread`. */
  scope: string;
  scope_id: string | null;
  reason: string;
  requested_by: string;
  created_at: string;
  released_at: string | null;
  released_by: string | null;
  /** Where it was asked for with an idempotency key. */
  request_hash: string | null;
}

export interface EmergencyStopRunsTable {
  stop_id: string;
  run_id: string;
  thread_id: string;
  worker: string | null;
  confirmed_at: string | null;
  /** The latest of the thread when the run was confirmed to be down; null before, and where no worker had the run. */
  checkpoint_id: string | null;
  checkpoint_sha256: string | null;
}

export interface EffectsTable {
  thread_id: string;
  effect_key: string;
  name: string;
  checkpoint_ns: string;
  task_id: string;
  tool_call_id: string | null;
  run_id: string;
  on_in_doubt: string;
  state: string;
  result_json: string | null;
  error: string | null;
  answers: number;
  intended_at: string;
  settled_at: string | null;
}
