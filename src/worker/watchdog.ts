import { getHeapStatistics } from 'node:v8';
import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';
import { noteSyncCalls, SYNC_CALL_BYTES } from './sync-calls.ts';
import { CURRENT_RUN } from './whose-code.ts';

/** How often the main thread says that it lives, and what its heap has come to. */
const BEAT_MS = 250;

export interface WatchdogOptions {
  /** The process without which this one must not live. */
  parent: number;
  /** How long the event loop may stand still before the process is ended. */
  blockedMs: number;
  /** Answers the id of the run whose code runs right now. */
  currentRun: () => string | undefined;
}

/**
 * Watches this process's event loop from a thread of its own. When the loop stands still for `blockedMs` the
 * thread interrupts the main one, asks which run its code belongs to, reports that and kills the process. Code
 * that blocks outside of V8 cannot be asked; it is known who waits for a program, and with anything else (a
 * read from a pipe, an addon) nobody is named. The same is done when the heap reaches its limit. Of a loop that
 * stands still for shorter it is said whose code that is, and taken back when it goes on: whatever ends the process
 * meanwhile, it is known who was at work. The thread also kills the process when its parent is gone, however busy
 * the loop is.
 */
export const startWatchdog = ({ parent, blockedMs, currentRun }: WatchdogOptions): (() => void) => {
  Object.assign(globalThis, { [Symbol.for(CURRENT_RUN)]: currentRun });
  const beats = new BigInt64Array(new SharedArrayBuffer(16));
  const beat = (): void => {
    Atomics.store(beats, 1, BigInt(getHeapStatistics().used_heap_size));
    Atomics.store(beats, 0, BigInt(Date.now()));
  };
  beat();
  const timer = setInterval(beat, BEAT_MS);
  const syncCall = new SharedArrayBuffer(SYNC_CALL_BYTES);
  noteSyncCalls(syncCall, currentRun);
  const thread = new Worker(fileURLToPath(import.meta.resolve('./watchdog-thread.js')), {
    workerData: { beats, syncCall, blockedMs, parent, heapLimit: getHeapStatistics().heap_size_limit },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
};
