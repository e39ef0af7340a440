import { fork, type ChildProcess } from 'node:child_process';
import { EventEmitter } from 'node:events';
import type { WorkerDrain, WorkerKind, WorkerSeen, WorkerVitals } from '../model/worker.ts';
import type { LastWords, ToWorker } from './protocol.ts';

/** A worker process, as the process that started it knows it. */
export interface WorkerProcess {
  id: string;
  kind: WorkerKind;
  child: ChildProcess;
  ready: boolean;
  /** How many in a row of those before it in its place ended as they started. */
  failedStarts: number;
  /** From when on its end is none of its start (by the monotonic clock). */
  steadyFrom: number;
  /** Another has taken its place: it drains, and nothing new is asked of it. */
  drain: WorkerDrain | undefined;
  /** Why another has been started that will take its place: until that takes runs, this one does. */
  replaced: string | undefined;
  vitals: WorkerVitals;
  lastBeat: number;
  /** Looks in a row that found no sign of life since the one before. */
  silentLooks: number;
  /** When its watchdog last said that the process goes on, however busy its code is (by the monotonic clock). */
  lastSign: number;
  lastWords: LastWords | undefined;
  /** Whose code its event loop stands at. */
  standing: LastWords | null;
  /** Resolves when it takes runs, or is gone. */
  started: Promise<void>;
  startedAt: number;
  /** Resolves when the process is gone and what it held was taken back. */
  gone: Promise<void>;
  calls: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>;
}

/** One that is not known to stand still; of those the one that is asked least, and then the one last heard of. */
export const leastBusy = (workers: WorkerProcess[]): WorkerProcess | undefined =>
  workers.toSorted(
    (a, b) =>
      Number(a.standing !== null) - Number(b.standing !== null) ||
      a.calls.size - b.calls.size ||
      b.lastBeat - a.lastBeat,
  )[0];

export const asSeen = ({
  id,
  kind,
  child,
  ready,
  drain,
  lastBeat,
  startedAt,
  vitals,
}: WorkerProcess): WorkerSeen => ({
  ...kind,
  ...vitals,
  id,
  state: drain ? 'draining' : ready ? 'running' : 'starting',
  startedAt,
  pid: child.pid,
  ready,
  lastBeat,
  drain,
});

/**
 * Starts a worker process. One that cannot be started emits `error` and then `close`, for whatever reason: Node throws
 * some of these (no memory is left).
 */
export const forkWorker = (entry: string, options: object, env: NodeJS.ProcessEnv): ChildProcess => {
  try {
    return fork(entry, [JSON.stringify(options)], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
  } catch (error) {
    const none = Object.assign(new EventEmitter(), { pid: undefined, connected: false, kill: () => false });
    setImmediate(() => none.emit('error', error) && none.emit('close', null, null));
    return none as unknown as ChildProcess;
  }
};

/** The run that ended it, where that is known. */
export const culpritOf = ({ lastWords, standing }: WorkerProcess): string | undefined =>
  (lastWords ?? standing)?.runId ?? undefined;

/** The graphs are loaded when it takes runs already, and may end it. */
export const STEADY_MS = 5000;

/**
 * How many in a row have ended as they started, now that this one has ended too. One that was killed while it took runs
 * did not end by itself.
 */
export const failedStartsAfter = (worker: WorkerProcess): number => {
  const killed = worker.ready && worker.child.signalCode === 'SIGKILL';
  const steady = performance.now() >= worker.steadyFrom || culpritOf(worker) !== undefined;
  return killed || steady ? 0 : worker.failedStarts + 1;
};

/** Before another is started: none the first time, then a second and twice as long each time, up to half a minute. */
export const restartDelayMs = (failedStarts: number): number =>
  failedStarts < 2 ? 0 : Math.min(1000 * 2 ** (failedStarts - 2), MOST_DELAY_MS);

const MOST_DELAY_MS = 30_000;

export const send = ({ child }: WorkerProcess, message: ToWorker): void => {
  if (child.connected) child.send(message, () => {});
};

export const endReason = (
  { lastWords, standing }: WorkerProcess,
  code: number | null,
  signal: NodeJS.Signals | null,
): string => {
  if (lastWords) return whatAndWhere(lastWords);
  const how = signal ? `the worker was killed by ${signal}` : `the worker exited with code ${code}`;
  return standing ? `${how} while ${whatAndWhere(standing)}` : how;
};

const whatAndWhere = ({ what, stack }: LastWords): string => [what, ...stack.slice(0, 1)].join(' ');
