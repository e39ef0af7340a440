import type { StateUpdate } from '../engine/graph-calls.ts';
import type { Signal } from '../storage/ports.ts';

/** What the API asks of a worker because it may run a graph's code. Answers are JSON text. */
export interface WorkerCalls {
  updateState: StateUpdate;
}

export type WorkerMethod = keyof WorkerCalls;

export type ToWorker =
  | { type: 'signal'; signal: Signal }
  | { type: 'call'; id: number; method: WorkerMethod; params: unknown }
  /** Take nothing new, bring what runs to a boundary within so long, and exit. */
  | { type: 'drain'; timeoutMs: number };

export type FromWorker =
  | { type: 'ready' }
  | { type: 'heartbeat' }
  | { type: 'signal'; signal: Signal }
  | { type: 'reply'; id: number; value: unknown }
  | { type: 'refusal'; id: number; code: string; message: string; details: Record<string, unknown> };

/** What a worker's watchdog says, on a pipe of its own, when the worker's event loop stands still. */
export interface BlockedReport {
  /** The run whose code blocks, where it could be found out. */
  runId: string | null;
  /** Where it stands: `function (file:line)`, innermost first. */
  stack: string[];
}

/** File descriptor of that pipe in the worker. */
export const WATCHDOG_FD = 4;
