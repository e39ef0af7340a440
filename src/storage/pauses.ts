import type { Pause } from '../model/pause.ts';

export type PausePatch = Partial<
  Pick<
    Pause,
    | 'state'
    | 'cause'
    | 'reason'
    | 'requestedBy'
    | 'remedy'
    | 'resumeBehavior'
    | 'drainTimeoutMs'
    | 'drainDeadlineMs'
    | 'resumeWhen'
    | 'resumeTokenHash'
    | 'resumeTokenExpiresMs'
    | 'checkpoint'
    | 'verified'
    | 'pausedAt'
    | 'endedAt'
    | 'endedBy'
  >
>;

export interface PauseStore {
  insert(pause: Pause): Promise<void>;
  get(pauseId: string): Promise<Pause | undefined>;
  /** The thread's pause that is draining or paused. There is one at most. */
  current(threadId: string): Promise<Pause | undefined>;
  /** All of the thread, or of one of its runs, newest first. */
  list(query: { threadId: string; runId?: string; limit: number; offset: number }): Promise<Pause[]>;
  /** Those that are draining or paused, of a scope pause or a window. */
  currentOf(of: { scopeId: string } | { windowId: string }): Promise<Pause[]>;
  /** Those that are draining or paused and go on by a condition, longest first. */
  waiting(query: { limit: number; offset: number }): Promise<{ items: Pause[]; total: number }>;
  byTokenHash(hash: string): Promise<Pause | undefined>;
  /** Draining pauses whose deadline is not after `nowMs`, earliest first. */
  overdue(nowMs: number, limit: number): Promise<Pause[]>;
  /** The earliest deadline of all, in ms since the epoch. */
  nextDeadline(): Promise<number | undefined>;
  /** False when the pause is not in one of `whileIn`; nothing is changed then. */
  patch(pauseId: string, patch: PausePatch, whileIn?: Pause['state'][]): Promise<boolean>;
}
