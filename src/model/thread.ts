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
  /** It came with a run, and is deleted once that has ended and nothing waits. */
  temporary: boolean;
  ttl: ThreadTtl | null;
  createdAt: string;
  updatedAt: string;
}

/** Where the metadata of a thread name the one that launched it. */
export const PARENT = 'parent_thread_id';

/** A thread on which nothing has run yet. Its graph may be named in its metadata. */
export const newThread = ({
  threadId,
  metadata,
  at,
}: {
  threadId: string;
  metadata: JsonObject;
  at: string;
}): Thread => ({
  threadId,
  graphId: typeof metadata['graph_id'] === 'string' ? metadata['graph_id'] : null,
  metadata,
  config: {},
  status: 'idle',
  interrupts: {},
  lifecycle: null,
  fence: 0,
  leaseToken: null,
  activeRunId: null,
  temporary: false,
  ttl: null,
  createdAt: at,
  updatedAt: at,
});

/** What happens to a thread by itself, after how long: it is deleted, or all of it but the latest checkpoint is. */
export interface TtlTerms {
  strategy: 'delete' | 'keep_latest';
  minutes: number;
}

/** When that is, unless it waits for somebody or is at work then. */
export interface ThreadTtl extends TtlTerms {
  /** ms since the epoch. */
  expiresMs: number;
}

const MINUTE_MS = 60_000;

/** In whole milliseconds, as they are stored. */
export const ttlFrom = (now: number, { strategy, minutes }: TtlTerms): ThreadTtl => ({
  strategy,
  minutes,
  expiresMs: now + Math.ceil(minutes * MINUTE_MS),
});

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

/** Which threads; a missing field does not narrow. */
export interface ThreadFilter {
  ids?: string[] | undefined;
  status?: ThreadStatus | undefined;
  /** What metadata and state values must contain. */
  metadata?: JsonObject | undefined;
  values?: JsonObject | undefined;
}

export interface ThreadSearch extends ThreadFilter {
  limit: number;
  offset: number;
  sortBy: (typeof THREAD_SORT_FIELDS)[number];
  sortOrder: 'asc' | 'desc';
}
