import { writeSync } from 'node:fs';
import { Session } from 'node:inspector';
import { workerData } from 'node:worker_threads';
import { WATCHDOG_FD, type BlockedReport } from './protocol.ts';

/** How often the thread looks. */
const LOOK_MS = 200;
/** How long the blocked thread may take to answer; native code never does. */
const ANSWER_MS = 1000;

const { beats, blockedMs, parent } = workerData as {
  beats: BigInt64Array;
  blockedMs: number;
  parent: number;
};

/** Clock set forward looks like silence: only silence over many looks of our own counts. */
let silentLooks = 0;
let lastBeat = Atomics.load(beats, 0);

const look = async (): Promise<void> => {
  if (process.ppid !== parent) process.kill(process.pid, 'SIGKILL');
  const beat = Atomics.load(beats, 0);
  silentLooks = beat === lastBeat ? silentLooks + 1 : 0;
  lastBeat = beat;
  if (silentLooks * LOOK_MS < blockedMs) return;
  clearInterval(timer);
  report(await Promise.race([findCulprit(), unknownAfter(ANSWER_MS)]));
  process.kill(process.pid, 'SIGKILL');
};

const timer = setInterval(() => void look(), LOOK_MS);

const UNKNOWN: BlockedReport = { runId: null, stack: [] };

const unknownAfter = (ms: number): Promise<BlockedReport> =>
  new Promise((resolve) => setTimeout(() => resolve(UNKNOWN), ms));

const report = (found: BlockedReport): void => {
  try {
    writeSync(WATCHDOG_FD, `${JSON.stringify(found)}\n`);
  } catch {
    // Nobody listens any more: the process ends all the same.
  }
};

/** Stops the main thread where it is and asks it, from the innermost frame, whose code that is. */
const findCulprit = (): Promise<BlockedReport> =>
  new Promise((resolve) => {
    const session = new Session();
    session.connectToMainThread();
    session.on('Debugger.paused', ({ params }) => {
      const stack = params.callFrames.map(
        ({ functionName, url, location }) =>
          `${functionName || '(anonymous)'} (${url}:${location.lineNumber + 1})`,
      );
      const expression = `globalThis[Symbol.for('holdpoint.currentRun')]?.() ?? null`;
      const callFrameId = params.callFrames[0]?.callFrameId ?? '';
      session.post(
        'Debugger.evaluateOnCallFrame',
        { callFrameId, expression, returnByValue: true },
        (error, answer) => {
          const value: unknown = error ? null : answer?.result.value;
          resolve({ runId: typeof value === 'string' ? value : null, stack: stack.slice(0, 10) });
        },
      );
    });
    session.post('Debugger.enable');
    session.post('Debugger.pause');
  });
