import type { RunState } from './run-state.ts';
import type { Interrupts } from './thread.ts';

/** How an operator sorts threads. A thread that was made and never run is in none. */
export const THREAD_GROUPS = ['running', 'needs_you', 'paused', 'scheduled', 'done', 'failed'] as const;

export type ThreadGroup = (typeof THREAD_GROUPS)[number];

/** `scheduled` is beside: what is pending, and not due before a time. */
export const GROUP_OF = {
  pending: 'running',
  running: 'running',
  pausing: 'running',
  interrupted: 'needs_you',
  paused: 'paused',
  stopped: 'paused',
  success: 'done',
  cancelled: 'done',
  error: 'failed',
  timeout: 'failed',
} as const satisfies Record<RunState, ThreadGroup>;

export const statesIn = (group: Exclude<ThreadGroup, 'scheduled'>): RunState[] =>
  (Object.keys(GROUP_OF) as RunState[]).filter((state) => GROUP_OF[state] === group);

export const OVERVIEW_SORTS = ['updated_at', 'created_at', 'graph_id', 'lifecycle_since'] as const;

export interface OverviewQuery {
  group?: ThreadGroup | undefined;
  graphId?: string | undefined;
  /** Begins a thread's id, or is within its graph's name or its reason. */
  text?: string | undefined;
  sortBy: (typeof OVERVIEW_SORTS)[number];
  sortOrder: 'asc' | 'desc';
  limit: number;
  offset: number;
}

/** What the row of a thread is made of. */
export interface OverviewRow {
  threadId: string;
  graphId: string | null;
  state: RunState | null;
  since: string | null;
  reason: string | null;
  pauseId: string | null;
  interrupts: Interrupts;
  /** The state's values as JSON text, where they are small; null otherwise. */
  values: string | null;
  /** When its delayed run is due (ms since the epoch). */
  dueMs: number | null;
  createdAt: string;
  updatedAt: string;
}

/** How many threads there are of each kind, and what waits for a worker. */
export interface OverviewCounts {
  groups: Record<ThreadGroup, number>;
  threads: number;
  approvals: number;
  /** Runs that a worker could take now, and since when the oldest of them waits. */
  queue: { depth: number; oldestAt: string | null };
}
