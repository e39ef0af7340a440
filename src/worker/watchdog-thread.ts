import { workerData } from 'node:worker_threads';
import { HeapWatch } from './heap-watch.ts';
import { sayLastWords, saySign, sayStanding } from './last-words.ts';
import type { LastWords } from './protocol.ts';
import { readSyncCall } from './sync-calls.ts';
import { askWhose, mainThreadSession } from './whose-code.ts';

/** How often the thread looks. */
const LOOK_MS = 200;
/** How often it looks at the heap, which can fill up in no time. */
const LOOK_AT_HEAP_MS = 50;
/** How many looks pass between two signs of life to the server. */
const SIGN_EVERY = 5;
/** How many looks in a row find the event loop standing when it is asked, for now, whose code that is. */
const STANDS_AFTER = 3;
/** How long the blocked thread may take to answer. Code outside of V8 (a program it waits for) never does. */
const ANSWER_MS = 2000;

const { beats, syncCall, blockedMs, heapLimit, parent } = workerData as {
  beats: BigInt64Array;
  syncCall: SharedArrayBuffer;
  blockedMs: number;
  heapLimit: number;
  parent: number;
};

/** A clock that is set forward looks like silence: only silence over many looks of our own counts. */
let silentLooks = 0;
let looks = 0;
let lastBeat = Atomics.load(beats, 0);
let saidStanding = false;

const look = async (): Promise<void> => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  if (looks++ % SIGN_EVERY === 0) saySign();
  const beat = Atomics.load(beats, 0);
  silentLooks = beat === lastBeat ? silentLooks + 1 : 0;
  lastBeat = beat;
  if (silentLooks === 0) takeStandingBack();
  if (silentLooks === STANDS_AFTER) void tellStanding(beat);
  if (silentLooks * LOOK_MS < blockedMs) return;
  await end(Promise.race([findCulprit(), afterSilence(ANSWER_MS)]));
};

const timer = setInterval(() => void look(), LOOK_MS);

/** Nothing else is said any more. */
const end = async (words: LastWords | Promise<LastWords>): Promise<void> => {
  clearInterval(timer);
  try {
    sayLastWords(await words);
  } finally {
    process.kill(process.pid, 'SIGKILL');
  }
};

const heap = new HeapWatch({
  limit: heapLimit,
  onFull: (whose) => void end({ what: 'the worker ran out of memory', ...whose }),
});

setInterval(() => heap.look(Number(Atomics.load(beats, 1))), LOOK_AT_HEAP_MS);

/** Whose code the event loop stands at, said in case that the process ends before it goes on. */
const tellStanding = async (beat: bigint): Promise<void> => {
  const session = mainThreadSession();
  const whose = readSyncCall(syncCall) ?? (await askWhose(session));
  session.disconnect();
  if (whose.runId === null || Atomics.load(beats, 0) !== beat) return;
  saidStanding = true;
  sayStanding({ what: 'its event loop stood still', ...whose });
};

const takeStandingBack = (): void => {
  if (saidStanding) sayStanding(null);
  saidStanding = false;
};

const WHAT = `the worker's event loop stood still for ${blockedMs} ms`;

/** What can be said when the main thread does not answer. */
const afterSilence = (ms: number): Promise<LastWords> =>
  new Promise((resolve) =>
    setTimeout(() => {
      const waits = readSyncCall(syncCall);
      resolve(waits ? { what: WHAT, ...waits } : { what: `${WHAT} in native code`, runId: null, stack: [] });
    }, ms),
  );

const findCulprit = async (): Promise<LastWords> => ({
  what: WHAT,
  ...(await askWhose(mainThreadSession())),
});
