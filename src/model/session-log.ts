import type { JsonObject } from './json.ts';
import { TRANSITIONS, type RunState } from './run-state.ts';

/** Who did it: `user`, `system` or a worker's id. */
export type Actor = string;

/** What a line can say that happened: a run was moved, or what else is noted. */
export const LOG_KINDS = [
  ...TRANSITIONS,
  'launch',
  'updateState',
  'copy',
  'tool',
  'effectResolved',
  'requestCancel',
  'requestRollback',
  'releaseStop',
  'releaseWorker',
  'question',
  'setDeadline',
  'decide',
  'questionExpired',
  'questionMovedOn',
  'questionReopened',
  'remember',
  'revoke',
  'extendDrain',
  'forcePause',
  'awaitResume',
  'triggerResume',
  'refuseResume',
] as const;

export type LogKind = (typeof LOG_KINDS)[number];

/** One line of a thread's session log, written in the transaction of the change it tells of. */
export interface LogEntry {
  threadId: string;
  runId: string | null;
  at: string;
  actor: Actor;
  kind: LogKind;
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
  kinds?: LogKind[] | undefined;
  /** ISO 8601 UTC, both inclusive. */
  since?: string | undefined;
  until?: string | undefined;
  /** Only lines before this place. */
  before?: number | undefined;
  limit: number;
}
