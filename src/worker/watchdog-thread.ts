import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { sayLastWords, saySign } from './last-words.ts';
import { stackLines, type LastWords } from './protocol.ts';
import { readSyncCall } from './sync-calls.ts';

/** How often the thread looks. */
const LOOK_MS = 200;
/** How many looks pass between two signs of life to the server. */
const SIGN_EVERY = 5;
/** How long the blocked thread may take to answer. Code outside of V8 (a program it waits for) never does. */
const ANSWER_MS = 2000;

const { beats, syncCall, blockedMs, parent } = workerData as {
  beats: BigInt64Array;
  syncCall: SharedArrayBuffer;
  blockedMs: number;
  parent: number;
};

/** A clock that is set forward looks like silence: only silence over many looks of our own counts. */
let silentLooks = 0;
let looks = 0;
let lastBeat = Atomics.load(beats, 0);

const look = async (): Promise<void> => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (looks++ % SIGN_EVERY === 0) saySign();
  const beat = Atomics.load(beats, 0);
  silentLooks = beat === lastBeat ? silentLooks + 1 : 0;
  lastBeat = beat;
  if (silentLooks * LOOK_MS < blockedMs) return;
  clearInterval(timer);
  try {
    sayLastWords(await Promise.race([findCulprit(), afterSilence(ANSWER_MS)]));
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
};

const timer = setInterval(() => void look(), LOOK_MS);

const WHAT = `the worker's event loop stood still for ${blockedMs} ms`;

/** What can be said when the main thread does not answer. */
const afterSilence = (ms: number): Promise<LastWords> =>
  new Promise((resolve) =>
    setTimeout(() => {
      const waits = readSyncCall(syncCall);
      resolve(waits ? { what: WHAT, ...waits } : { what: `${WHAT} in native code`, runId: null, stack: [] });
    }, ms),
  );

/** Evaluated in the midst of the code that blocks, so it sees what that code would see. */
const WHO_AND_WHERE = `({
  runId: globalThis[Symbol.for('holdpoint.currentRun')]?.() ?? null,
  stack: String(new Error().stack),
})`;
const OUR_OWN_FRAME = /at <anonymous>:\d+:\d+$/;

/** Interrupts the main thread wherever it is and asks it whose code that is. */
const findCulprit = (): Promise<LastWords> =>
  new Promise((resolve) => {
    const session = new Session();
    session.connectToMainThread();
    session.post('Runtime.evaluate', { expression: WHO_AND_WHERE, returnByValue: true }, (error, answer) => {
      const found = (error ? {} : (answer?.result.value ?? {})) as { runId?: unknown; stack?: string };
      const runId = typeof found.runId === 'string' ? found.runId : null;
      resolve({ what: WHAT, runId, stack: stackLines(found.stack, OUR_OWN_FRAME) });
    });
  });
