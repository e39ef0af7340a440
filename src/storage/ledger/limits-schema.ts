import type { Generated } from 'kysely';

/** How much of the workers an assistant may take, and what was counted. */
export interface LimitTables {
  assistant_limits: AssistantLimitsTable;
  tallies: TalliesTable;
}

/** What all processes counted. */
interface TalliesTable {
  name: string;
  /** JSON, its keys in order. */
  labels: string;
  value: number;
}

interface AssistantLimitsTable {
  assistant_id: string;
  /** Runs at work at the same time; null for any number. */
  max_running: number | null;
  priority: number;
  /** Counted up by each claim, so that claims under a limit follow each other. */
  claims: Generated<number>;
  updated_by: string;
  updated_at: string;
}
