import { HoldpointError } from '../model/errors.ts';
import type { RunState } from '../model/run-state.ts';
import type { WorkerSeen } from '../model/worker.ts';
import type { RunJob, Storage } from '../storage/ports.ts';

/** The worker processes, on whatever machine, as far as they are shown and drained. */
export interface WorkerProcesses {
  list(): Promise<WorkerSeen[]>;
  /** Replaces a worker and lets it drain for so long; false when there is none of this id. */
  retire(workerId: string, timeoutMs: number, why: string): Promise<boolean>;
}

/** A worker with what it holds: a run is null where it edits the state of a thread. */
export interface WorkerAtWork {
  worker: WorkerSeen;
  holds: { threadId: string; runId: string | null }[];
}

/** What waits for a worker. */
export interface QueueSeen {
  /** Runs that can be claimed now. */
  waiting: number;
  /** Since when the one at the head waits; null when none does. */
  oldest: (RunJob & { since: string }) | null;
  /** How many runs there are in each state that has any. */
  states: Partial<Record<RunState, number>>;
}

export interface DrainWorkerInput {
  workerId: string;
  timeoutMs: number;
  why: string;
}

export interface Workers {
  list(): Promise<WorkerAtWork[]>;
  /** @throws {HoldpointError} `worker_not_found`. */
  get(workerId: string): Promise<WorkerAtWork>;
  /**
   * Lets a worker bring what it has to a boundary and end; another takes its place at once. What has not got there in
   * time is cut and goes on elsewhere. One that drains already goes on with that.
   * @throws {HoldpointError} `worker_not_found`.
   */
  drain(input: DrainWorkerInput): Promise<WorkerAtWork>;
  queue(): Promise<QueueSeen>;
}

export const createWorkers = ({
  storage,
  processes,
}: {
  storage: Storage;
  processes: WorkerProcesses;
}): Workers => {
  const atWork = async (worker: WorkerSeen): Promise<WorkerAtWork> => {
    const held = await storage.threads.heldBy({ owner: worker.id });
    return { worker, holds: held.map(({ lease, runId }) => ({ threadId: lease.threadId, runId })) };
  };
  const get = async (workerId: string): Promise<WorkerAtWork> => {
    const worker = (await processes.list()).find(({ id }) => id === workerId);
    if (!worker) throw workerNotFound(workerId);
    return atWork(worker);
  };
  return {
    get,
    list: async () => Promise.all((await processes.list()).map(atWork)),
    drain: async ({ workerId, timeoutMs, why }) => {
      if (!(await processes.retire(workerId, timeoutMs, why))) throw workerNotFound(workerId);
      return get(workerId);
    },
    queue: async () => {
      const [waiting, [head], states] = await Promise.all([
        storage.runs.countDue(),
        storage.runs.due(1),
        storage.runs.countByState(),
      ]);
      const run = head && (await storage.runs.get(head.runId));
      return {
        waiting,
        oldest: run ? { runId: run.runId, threadId: run.threadId, since: run.since } : null,
        states,
      };
    },
  };
};

const workerNotFound = (workerId: string): HoldpointError =>
  new HoldpointError('worker_not_found', `No worker has the id ${workerId}.`, {
    details: { worker_id: workerId },
  });
