import type { ChildProcess } from 'node:child_process';
import type { WorkerDrain, WorkerKind, WorkerSeen, WorkerVitals } from '../model/worker.ts';
import type { LastWords, ToWorker } from './protocol.ts';

/** A worker process, as the process that started it knows it. */
export interface WorkerProcess {
  id: string;
  kind: WorkerKind;
  child: ChildProcess;
  ready: boolean;
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
