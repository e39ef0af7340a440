/** Tables of what resumes from outside or by time, of scope pauses and of pause windows. */
export interface TriggerTables {
  resume_conditions: ResumeConditionsTable;
  resume_fires: ResumeFiresTable;
  external_events: ExternalEventsTable;
  scope_pauses: ScopePausesTable;
  pause_windows: PauseWindowsTable;
}

/** A single condition of a pause, by its place among them. */
export interface ResumeConditionsTable {
  /** Of a thread's pause or of a scope's. */
  pause_id: string;
  place: number;
  type: string;
  event: string | null;
  since_ms: number;
  /** When time meets it; null once it has, and for those that time does not meet. */
  due_ms: number | null;
  met: number;
}

/** A pause whose condition is met, until it has resumed. */
export interface ResumeFiresTable {
  pause_id: string;
  trigger: string;
  data_json: string | null;
  fired_ms: number;
  next_ms: number;
  tries: number;
  refusal: string | null;
}

export interface ExternalEventsTable {
  event_id: string;
  type: string;
  data_json: string;
  received_ms: number;
  /** The pauses up to this one have been looked at, in the order of their ids. */
  seen_pause_id: string;
  done: number;
}

export interface ScopePausesTable {
  scope_pause_id: string;
  scope_type: string;
  scope_id: string | null;
  state: string;
  /** 1 once every run that ran in it was asked to pause. */
  swept: number;
  terms_json: string;
  new_runs: string;
  redirect_to: string | null;
  resume_when_json: string | null;
  resume_token_hash: string | null;
  window_id: string | null;
  requested_by: string;
  requested_at: string;
  ended_by: string | null;
  ended_at: string | null;
  /** Where it was asked for with an idempotency key. */
  request_hash: string | null;
}

export interface PauseWindowsTable {
  window_id: string;
  name: string;
  definition_json: string;
  since_ms: number;
  last_start_ms: number | null;
  told_json: string;
  open_json: string | null;
  /** Grows with each write: what was read is what is written over. */
  version: number;
  created_at: string;
  updated_at: string;
}
