import type { RunConfig } from './assistant.ts';
import type { JsonObject } from './json.ts';
import type { Lease } from './lease.ts';
import type { RunState } from './run-state.ts';
import type { ThreadStatus } from './wire-status.ts';

/** A question a graph asked and that waits for an answer. */
export interface Interrupt {
  id?: string;
  value?: unknown;
  [key: string]: unknown;
}

/** Waiting questions by the id of the task that asked; a static breakpoint is a task with none. */
export type Interrupts = Record<string, Interrupt[]>;

/** A durable line of state. */
export interface Thread {
  threadId: string;
  graphId: string | null;
  metadata: JsonObject;
  config: RunConfig;
  status: ThreadStatus;
  interrupts: Interrupts;
  /** The state of the run that last moved the thread, for `lifecycle`; null before the first. */
  lifecycle: { state: RunState; since: string; reason: string | null; pauseId: string | null } | null;
  fence: number;
  /** Token of the lease that holds the thread now, if any. */
  leaseToken: string | null;
  activeRunId: string | null;
  createdAt: string;
  updatedAt: string;
}

/** The thread's state values as of `checkpointId`, as JSON text, ready to be sent. */
export interface ThreadValues {
  runId: string | null;
  values: string;
}

/** A thread that a worker of this name owns until `leaseExpiresAt`, and the run it moves (none: a state update). */
export interface HeldThread {
  lease: Lease;
  runId: string | null;
}

export const THREAD_SORT_FIELDS = ['thread_id', 'status', 'created_at', 'updated_at'] as const;

export interface ThreadSearch {
  ids?: string[] | undefined;
  status?: ThreadStatus | undefined;
  metadata?: JsonObject | undefined;
  limit: number;
  offset: number;
  sortBy: (typeof THREAD_SORT_FIELDS)[number];
  sortOrder: 'asc' | 'desc';
}
