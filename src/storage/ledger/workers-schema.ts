/** The tables of worker processes and of what they are asked; columns are named as in `schema.ts`. */
export interface WorkerTables {
  worker_processes: WorkerProcessesTable;
  worker_calls: WorkerCallsTable;
}

export interface WorkerProcessesTable {
  worker_id: string;
  node_id: string;
  seen_json: string;
  started_ms: number;
  expires_ms: number;
  order_json: string | null;
}

export interface WorkerCallsTable {
  call_id: string;
  method: string;
  params_json: string;
  deadline_ms: number;
  taken_by: string | null;
  answer_json: string | null;
}
