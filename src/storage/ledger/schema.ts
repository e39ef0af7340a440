import type { Generated } from 'kysely';
import type { LimitTables } from './limits-schema.ts';
import type { ApprovalsTable, ApprovalToolsTable, StickyDecisionsTable } from './approvals-schema.ts';
import type { PartialOutputsTable } from './partials.ts';
import type { NoticeTables } from './notices-schema.ts';
import type { TriggerTables } from './triggers-schema.ts';
import type { WatchTables } from './watch-schema.ts';
import type { WorkerTables } from './workers-schema.ts';
import type { EffectsTable, EmergencyStopRunsTable, EmergencyStopsTable } from './stops-schema.ts';

/** Columns named `*_json` hold JSON text; `*_ms` milliseconds since the epoch; other times are ISO 8601 UTC. */
export interface LedgerSchema extends TriggerTables, WatchTables, NoticeTables, WorkerTables, LimitTables {
  assistants: AssistantsTable;
  assistant_versions: AssistantVersionsTable;
  threads: ThreadsTable;
  thread_values: ThreadValuesTable;
  thread_facts: ThreadFactsTable;
  runs: RunsTable;
  run_events: RunEventsTable;
  session_log: SessionLogTable;
  outbound: OutboundTable;
  store_items: StoreItemsTable;
  store_vectors: StoreVectorsTable;
  crons: CronsTable;
  approvals: ApprovalsTable;
  emergency_stops: EmergencyStopsTable;
  emergency_stop_runs: EmergencyStopRunsTable;
  effects: EffectsTable;
  approval_tools: ApprovalToolsTable;
  sticky_decisions: StickyDecisionsTable;
  pauses: PausesTable;
  api_keys: ApiKeysTable;
  partial_outputs: PartialOutputsTable;
}

export interface ApiKeysTable {
  key_id: string;
  name: string;
  /** Joined by commas. */
  scopes: string;
  hash: string;
  created_at: string;
  expires_at: string | null;
  last_used_at: string | null;
  revoked_at: string | null;
}

export interface AssistantsTable {
  assistant_id: string;
  graph_id: string;
  name: string;
  description: string | null;
  config_json: string;
  context_json: string;
  metadata_json: string;
  version: number;
  created_at: string;
  updated_at: string;
}

/** What an assistant was in each of its versions. */
export type AssistantVersionsTable = Omit<AssistantsTable, 'updated_at'>;

export interface ThreadsTable {
  thread_id: string;
  graph_id: string | null;
  metadata_json: string;
  config_json: string;
  status: string;
  interrupts_json: string;
  lifecycle_state: string | null;
  lifecycle_since: string | null;
  lifecycle_reason: string | null;
  lifecycle_pause_id: string | null;
  fence: number;
  lease_token: string | null;
  lease_owner: string | null;
  lease_expires_ms: number | null;
  active_run_id: string | null;
  /** 1: being deleted. 2: hidden, to be deleted when it expires. */
  deleted: number;
  /** 1 while it serves a run that brought its own thread. */
  temporary: number;
  /** What happens when it expires; null as `delete`. */
  ttl_strategy: string | null;
  ttl_minutes: number | null;
  expires_ms: number | null;
  created_at: string;
  updated_at: string;
}

export interface ThreadValuesTable {
  thread_id: string;
  run_id: string | null;
  values_json: string;
}

/** Plain entries of the threads' metadata, for searches. */
export interface ThreadFactsTable {
  fact: string;
  thread_id: string;
}

export interface RunsTable {
  /** Order of creation. */
  seq: Generated<number>;
  run_id: string;
  thread_id: string;
  assistant_id: string;
  state: string;
  desired: string;
  attempt: number;
  spent: number;
  /** 1 while the run is the one its thread offers to the queue. */
  queued: number;
  /** Of those in the queue, the higher goes first. */
  priority: Generated<number>;
  /** Whose run it is: lanes of the same priority take turns. */
  lane: string;
  /** Its turn in the queue, among those of the same priority. */
  turn: Generated<number>;
  /** 0 once the run's events were dropped. */
  has_events: Generated<number>;
  multitask_strategy: string;
  kwargs_json: string;
  metadata_json: string;
  failure_json: string | null;
  reason: string | null;
  pause_id: string | null;
  resume_json: string | null;
  fence_floor: number;
  /** Not to be started before; 0 once that is past. */
  due_ms: number;
  deadline_ms: number | null;
  /** Where it was asked for with an idempotency key. */
  request_hash: string | null;
  since: string;
  created_at: string;
  updated_at: string;
}

export interface RunEventsTable {
  thread_id: string;
  fence: number;
  seq: number;
  run_id: string;
  event: string;
  data: string | null;
  ref_json: string | null;
}

export interface SessionLogTable {
  seq: Generated<number>;
  thread_id: string;
  run_id: string | null;
  at: string;
  actor: string;
  kind: string;
  from_state: string | null;
  to_state: string | null;
  detail_json: string | null;
}

export interface OutboundTable {
  outbound_id: string;
  kind: string;
  url: string;
  /** Where it goes: scheme, host and port; empty for this server. */
  origin: string;
  body: string;
  /** Headers of its own, which may hold what proves who sends it. */
  headers_json: string | null;
  thread_id: string | null;
  run_id: string | null;
  status: string;
  attempts: number;
  /** Set exactly while it is pending. */
  next_ms: number | null;
  answer_status: number | null;
  error: string | null;
  created_at: string;
  updated_at: string;
}

export interface StoreItemsTable {
  /** Its labels joined by dots, which no label may contain. */
  namespace: string;
  key: string;
  value_json: string;
  ttl_ms: number | null;
  expires_ms: number | null;
  created_at: string;
  updated_at: string;
}

export interface StoreVectorsTable {
  namespace: string;
  key: string;
  /** Of which text of the value it is. */
  path: string;
  /** 32-bit floats, little-endian, in base64. */
  vector: string;
}

export interface CronsTable {
  cron_id: string;
  thread_id: string | null;
  assistant_id: string;
  schedule: string;
  timezone: string | null;
  end_time: string | null;
  next_run_ms: number | null;
  enabled: number;
  on_run_completed: string;
  payload_json: string;
  launch_json: string;
  metadata_json: string;
  user_id: string | null;
  last_error_json: string | null;
  created_at: string;
  updated_at: string;
}

export interface PausesTable {
  pause_id: string;
  thread_id: string;
  run_id: string;
  state: string;
  cause: string;
  reason: string;
  requested_by: string;
  requested_at: string;
  mode: string;
  drain_timeout_ms: number;
  on_timeout: string;
  /** Null once nothing drains any more. */
  drain_deadline_ms: number | null;
  resume_behavior: string;
  release_mode: string;
  resume_when_json: string | null;
  resume_token_hash: string | null;
  resume_token_expires_ms: number | null;
  scope_id: string | null;
  window_id: string | null;
  remedy_json: string | null;
  checkpoint_json: string | null;
  verified: number | null;
  paused_at: string | null;
  ended_at: string | null;
  ended_by: string | null;
  /** Where it was asked for with an idempotency key. */
  request_hash: string | null;
}
