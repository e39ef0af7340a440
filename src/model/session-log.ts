import type { JsonObject } from './json.ts';
import type { RunState } from './run-state.ts';

/** Who did it: `user`, `system` or a worker's id. */
export type Actor = string;

/** One line of a thread's session log, written in the transaction of the change it tells of. */
export interface LogEntry {
  threadId: string;
  runId: string | null;
  at: string;
  actor: Actor;
  /** What happened: a run transition's name, or `create`, `update_state`, … */
  kind: string;
  from: RunState | null;
  to: RunState | null;
  detail: JsonObject | null;
}
