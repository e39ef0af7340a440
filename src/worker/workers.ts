import type { WorkerProcesses } from '../lifecycle/emergency-stop.ts';
import type { WorkerSeen } from '../model/worker.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerCalls, WorkerMethod } from './protocol.ts';

/** The worker processes as the API sees them, wherever they are. */
export interface Workers extends WorkerProcesses {
  list(): Promise<WorkerSeen[]>;
  /** Replaces a worker and lets it drain for so long; false when there is none of this id. */
  retire(workerId: string, timeoutMs: number, why: string): Promise<boolean>;
  /**
   * Asks a worker to do something that may run a graph's code.
   * @throws {HoldpointError} what the worker refuses with; `worker_unavailable` when none answers in time.
   */
  call<M extends WorkerMethod>(method: M, params: WorkerCalls[M], timeoutMs: number): Promise<unknown>;
  /** Starts new workers in place of those of this process, with the options of now. */
  replace(drainTimeoutMs: number): Promise<void>;
}

/** Workers that are all of this process. */
export const localWorkers = (pool: WorkerPool): Workers => ({
  list: () => Promise.resolve(pool.list()),
  kill: (workerId, runId, what) => Promise.resolve(pool.kill(workerId, runId, what)),
  retire: (workerId, timeoutMs, why) => Promise.resolve(pool.retire(workerId, timeoutMs, why)),
  call: (method, params, timeoutMs) => pool.call(method, params, timeoutMs),
  replace: (drainTimeoutMs) => pool.replace(drainTimeoutMs),
});
