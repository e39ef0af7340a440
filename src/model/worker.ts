/** A worker process: it starts, takes runs, and drains before it ends. */
export type WorkerState = 'starting' | 'running' | 'draining';

/** What a worker says of itself with each sign of life. */
export interface WorkerVitals {
  /** Runs under way. */
  active: number;
  /** Runs it has taken since it started, ended or not. */
  taken: number;
  /** Memory of the whole process, in bytes. */
  memoryBytes: number;
}

/** Why a worker is to end, and until when it may bring what it has to a boundary. */
export interface WorkerDrain {
  why: string;
  since: number;
  deadlineMs: number;
}

/** What a worker is from its start on. */
export interface WorkerKind {
  /** Of the code it runs. */
  version: string;
  /** Runs it may have at once. */
  slots: number;
}

/** A worker process as it is now. */
export interface WorkerSeen extends WorkerVitals, WorkerKind {
  id: string;
  pid: number | undefined;
  ready: boolean;
  state: WorkerState;
  /** Its last sign of life (ms since the epoch). */
  lastBeat: number;
  startedAt: number;
  drain: WorkerDrain | undefined;
}

/** What a worker may come to before another takes its place; 0 is no bound. */
export interface RecyclingBounds {
  runs: number;
  ageMs: number;
  memoryBytes: number;
}

/** Why a worker is to be replaced; undefined while it is within all bounds. */
export const recyclingReason = (
  { taken, memoryBytes, startedAt }: Pick<WorkerSeen, 'taken' | 'memoryBytes' | 'startedAt'>,
  { bounds, nowMs }: { bounds: RecyclingBounds; nowMs: number },
): string | undefined => {
  const over = (value: number, bound: number): boolean => bound > 0 && value >= bound;
  if (over(taken, bounds.runs)) return `it has taken ${taken} runs`;
  if (over(nowMs - startedAt, bounds.ageMs)) return `it is ${Math.round((nowMs - startedAt) / 1000)} s old`;
  if (over(memoryBytes, bounds.memoryBytes)) return `it takes ${Math.round(memoryBytes / 2 ** 20)} MiB`;
  return undefined;
};
