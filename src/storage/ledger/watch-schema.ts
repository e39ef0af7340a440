import type { Generated } from 'kysely';

/** Tables of the conditions that the server watches itself. */
export interface WatchTables {
  pause_conditions: PauseConditionsTable;
  run_usage: RunUsageTable;
  step_failures: StepFailuresTable;
}

interface PauseConditionsTable {
  assistant_id: string;
  conditions_json: string;
  updated_by: string;
  updated_at: string;
}

interface RunUsageTable {
  run_id: string;
  /** Empty where it is not known. */
  model: string;
  thread_id: string;
  assistant_id: string;
  calls: number;
  input_tokens: number;
  output_tokens: number;
  cost: number;
}

interface StepFailuresTable {
  seq: Generated<number>;
  thread_id: string;
  run_id: string;
  at_ms: number;
  what: string;
  error: string;
}
