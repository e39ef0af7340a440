import type { Lease } from '../model/lease.ts';
import type { NewRunEvent, ValuesRef } from '../model/run-event.ts';
import { encodeState } from '../model/state-json.ts';
import type { EventLog } from '../storage/ports.ts';

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
  let unschedule: (() => void) | undefined;
  let closed = false;
  let { delayMs } = deps;

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
    unschedule = undefined;
    if (gathered.length === 0 || writing || failed) return;
    writing = write().finally(() => {
      writing = undefined;
      if (gathered.length > 0) schedule();
    });
  };
  const schedule = (): void => {
    unschedule ??= later(flush, delayMs);
  };
  const gather = (event: Omit<NewRunEvent, 'seq'>): void => {
    if (closed) return;
    if (gathered.length === 0) since = performance.now();
    gathered.push({ seq: ++seq, ...event });
    schedule();
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
    hurry: (ms) => {
      if (closed || delayMs <= ms) return;
      delayMs = ms;
      unschedule?.();
      unschedule = undefined;
      if (gathered.length > 0) schedule();
    },
    takeRest: async () => {
      closed = true;
      await writing;
      unschedule?.();
      const rest = [...gathered, ...last.map((event) => ({ seq: ++seq, ...event }))];
      gathered = [];
      return rest;
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
