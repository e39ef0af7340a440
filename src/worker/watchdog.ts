import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { noteSyncCalls, SYNC_CALL_BYTES } from './sync-calls.ts';

/** How often the main thread says that it lives. */
const BEAT_MS = 250;

export interface WatchdogOptions {
  /** The process without which this one must not live. */
  parent: number;
  /** How long the event loop may stand still before the process is ended. */
  blockedMs: number;
  /** Answers the id of the run whose code runs right now. */
  currentRun: () => string | undefined;
}

/** The name under which the watchdog asks, from outside, which run the blocked code belongs to. */
const CURRENT_RUN = 'holdpoint.currentRun';

/**
 * Watches this process's event loop from a thread of its own. When the loop stands still for `blockedMs` the
 * thread interrupts the main one, asks which run its code belongs to, reports that and kills the process. Code
 * that blocks outside of V8 cannot be asked; it is known who waits for a program, and with anything else (a
 * read from a pipe, an addon) nobody is named. The thread also kills the process when its parent is gone,
 * however busy the loop is.
 */
export const startWatchdog = ({ parent, blockedMs, currentRun }: WatchdogOptions): (() => void) => {
  Object.assign(globalThis, { [Symbol.for(CURRENT_RUN)]: currentRun });
  const beats = new BigInt64Array(new SharedArrayBuffer(8));
  const beat = (): void => {
    Atomics.store(beats, 0, BigInt(Date.now()));
  };
  beat();
  const timer = setInterval(beat, BEAT_MS);
  const syncCall = new SharedArrayBuffer(SYNC_CALL_BYTES);
  noteSyncCalls(syncCall, currentRun);
  const thread = new Worker(fileURLToPath(import.meta.resolve('./watchdog-thread.js')), {
    workerData: { beats, syncCall, blockedMs, parent },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
};
