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

/** A line with its place in the log of all threads: later ones have higher numbers. */
export interface ActivityLine extends LogEntry {
  seq: number;
}

/** Which lines; a missing field does not narrow. */
export interface ActivityQuery {
  threadId?: string | undefined;
  actor?: string | undefined;
  kinds?: string[] | undefined;
  /** ISO 8601 UTC, both inclusive. */
  since?: string | undefined;
  until?: string | undefined;
  /** Only lines before this place. */
  before?: number | undefined;
  limit: number;
}
