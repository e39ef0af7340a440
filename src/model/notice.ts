import type { JsonObject } from './json.ts';
import type { RunState } from './run-state.ts';

/**
 * What is told of outside: `run` a run that came to rest or went on, `question` one that waits for a person,
 * `question_expired` one that nobody decided in time, `resume_refused` a preflight that failed, `emergency_stop` a latch.
 */
export const NOTICE_KINDS = [
  'run',
  'question',
  'question_expired',
  'resume_refused',
  'emergency_stop',
] as const;

export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Something to be told of, written down in the transaction of the change itself. */
export interface NewNotice {
  kind: NoticeKind;
  at: string;
  threadId?: string | null;
  runId?: string | null;
  assistantId?: string | null;
  /** Of a `run`: what it came to. */
  state?: RunState | null;
  /** The question, the pause or the stop. */
  subjectId?: string | null;
  detail?: JsonObject | null;
}

export interface Notice extends Required<NewNotice> {
  /** Never used again, so what is made of it can be known by it. */
  seq: number;
}
