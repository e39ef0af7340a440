import type { Lease } from '../model/lease.ts';
import type { NewRunEvent, ValuesRef } from '../model/run-event.ts';
import { encodeState } from '../model/state-json.ts';
import type { EventLog } from '../storage/ports.ts';

/**
 * How long events wait for others where the run was not launched to be followed. Until somebody is known to read them:
 * most runs end within that, or store a few steps.
 */
export const FLUSH_MS = { unread: 150, followed: 20 };

interface EventSinkDeps {
  log: EventLog;
  lease: Lease;
  runId: string;
  /** How long an event may wait for others before it is written; 0 writes at the end of the turn. */
  delayMs: number;
  /**
   * Resolves when all is on disk that the attempt had given to its checkpoints by now. No event is written before:
   * a step that was heard of is not done again.
   */
  stored: () => Promise<void>;
  /** `lagMs`: how long ago the oldest of them happened. */
  onWritten: (lagMs: number) => void;
  onError: (error: unknown) => void;
}

/** Gathers a run's events and appends them in batches, in order. An event is readable once it is on disk. */
export interface EventSink {
  add(event: string, payload: unknown): void;
  addValues(event: string, ref: ValuesRef): void;
  /** Keeps the event for the transaction that ends the run: who reads it may act on the end at once. */
  addLast(event: string, payload: unknown): void;
  /** Somebody reads the events as they come: from now on none waits longer than this for others. */
  hurry(delayMs: number): void;
  /** The last number given to an event. */
  readonly lastSeq: number;
  /**
   * Closes the sink: what comes later is dropped. Waits for what is being written and answers the rest (all since
   * a failed write), for the transaction that ends the run.
   */
  takeRest(): Promise<NewRunEvent[]>;
}

export const createEventSink = (deps: EventSinkDeps): EventSink => {
  let seq = 0;
  let gathered: NewRunEvent[] = [];
  /** When the first of them came. */
  let since = 0;
  const last: Omit<NewRunEvent, 'seq'>[] = [];
  let failed = false;
  let writing: Promise<void> | undefined;
  let closed = false;

  const write = async (): Promise<void> => {
    const events = gathered;
    const oldest = since;
    gathered = [];
    try {
      await deps.stored();
      await deps.log.append({ lease: deps.lease, runId: deps.runId, events });
      deps.onWritten(performance.now() - oldest);
    } catch (error) {
      gathered = [...events, ...gathered];
      failed = true;
      deps.onError(error);
    }
  };
  const flush = (): void => {
    if (gathered.length === 0 || writing || failed) return;
    writing = write().finally(() => {
      writing = undefined;
      if (gathered.length > 0) next.plan();
    });
  };
  const next = createPlan(flush, deps.delayMs);
  const gather = (event: Omit<NewRunEvent, 'seq'>): void => {
    if (closed) return;
    if (gathered.length === 0) since = performance.now();
    gathered.push({ seq: ++seq, ...event });
    next.plan();
  };
  return {
    get lastSeq() {
      return seq;
    },
    add: (event, payload) => gather({ event, data: encodeState(payload), ref: null }),
    addValues: (event, ref) => gather({ event, data: null, ref }),
    addLast: (event, payload) => {
      if (!closed) last.push({ event, data: encodeState(payload), ref: null });
    },
    hurry: next.hurry,
    takeRest: async () => {
      closed = true;
      await writing;
      next.drop();
      const rest = [...gathered, ...last.map((event) => ({ seq: ++seq, ...event }))];
      gathered = [];
      return rest;
    },
  };
};

/** When `work` is done next. */
const createPlan = (work: () => void, firstDelayMs: number) => {
  let delayMs = firstDelayMs;
  let undo: (() => void) | undefined;
  const drop = (): void => {
    undo?.();
    undo = undefined;
  };
  const plan = (): void => {
    undo ??= later(() => {
      undo = undefined;
      work();
    }, delayMs);
  };
  return {
    plan,
    drop,
    /** From now on it does not wait longer than this. */
    hurry: (ms: number): void => {
      if (delayMs <= ms) return;
      delayMs = ms;
      if (!undo) return;
      drop();
      plan();
    },
  };
};

/** Calls `work` at the end of the turn or after `delayMs`; answers how to take that back. */
const later = (work: () => void, delayMs: number): (() => void) => {
  if (delayMs === 0) {
    const soon = setImmediate(work);
    return () => clearImmediate(soon);
  }
  const timer = setTimeout(work, delayMs);
  return () => clearTimeout(timer);
};
