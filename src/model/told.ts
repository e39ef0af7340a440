import type { TargetEvent } from './notification-target.ts';

/** What a person is told. */
export interface Told {
  event: TargetEvent;
  title: string;
  /** What is to be known, line by line. */
  lines: string[];
  link: string;
  assistant: string | null;
  threadId: string | null;
  runId: string | null;
  /** The question, the pause or the stop. */
  subjectId: string | null;
  at: string;
}
