/** The tables of questions and decisions; columns are named as in `schema.ts`. */
export interface ApprovalsTable {
  approval_id: string;
  thread_id: string;
  run_id: string;
  assistant_id: string;
  graph_id: string;
  interrupt_id: string;
  task_id: string;
  checkpoint_id: string;
  ordinal: number;
  payload_hash: string;
  payload_json: string;
  response_schema_json: string | null;
  tools_json: string;
  status: string;
  /** 1 while it waits, or its answer has not been used by the graph yet. */
  open: number;
  raised_by: string | null;
  expires_at: string | null;
  on_expiry: string;
  expired_at: string | null;
  decision_json: string | null;
  answer_hash: string | null;
  decided_by: string | null;
  decided_at: string | null;
  decided_via: string | null;
  answer_run_id: string | null;
  created_at: string;
  updated_at: string;
}

export interface ApprovalToolsTable {
  approval_id: string;
  thread_id: string;
  tool: string;
}

export interface StickyDecisionsTable {
  sticky_id: string;
  scope: string;
  scope_id: string;
  tool: string;
  decision: string;
  message: string | null;
  decided_by: string;
  approval_id: string;
  created_at: string;
  revoked_at: string | null;
  revoked_by: string | null;
}
