import { Worker } from 'node:worker_threads';
import { fileURLToPath } from 'node:url';

/** How often the main thread says that it lives. */
const BEAT_MS = 250;

export interface WatchdogOptions {
  /** How long the event loop may stand still before the process is ended. */
  blockedMs: number;
  /** Answers the id of the run whose code runs right now. */
  currentRun: () => string | undefined;
}

/** The name under which the watchdog asks, from outside, which run the blocked code belongs to. */
export const CURRENT_RUN = 'holdpoint.currentRun';

/**
 * Watches this process's event loop from a thread of its own. When the loop stands still for `blockedMs` the
 * thread stops the main one in its debugger, asks which run its code belongs to, reports that and kills the
 * process. It also kills the process when its parent is gone, however busy the loop is.
 */
export const startWatchdog = ({ blockedMs, currentRun }: WatchdogOptions): (() => void) => {
  Object.assign(globalThis, { [Symbol.for(CURRENT_RUN)]: currentRun });
  const beats = new BigInt64Array(new SharedArrayBuffer(8));
  const beat = (): void => {
    Atomics.store(beats, 0, BigInt(Date.now()));
  };
  beat();
  const timer = setInterval(beat, BEAT_MS);
  const thread = new Worker(fileURLToPath(import.meta.resolve('./watchdog-thread.js')), {
    workerData: { beats, blockedMs, parent: process.ppid },
    resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 },
  });
  thread.unref();
  return () => {
    clearInterval(timer);
    void thread.terminate();
  };
};
