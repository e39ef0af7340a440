import { createPostgresBackend, withBackend } from 'bullmq';
import type { QueueConsumer, RunJob, RunQueue, RunStore } from '../ports.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);
type Queue = InstanceType<typeof Queue>;
type Worker = InstanceType<typeof Worker>;

const QUEUE = 'holdpoint-runs';

/** How often a consumer looks for offered runs whose announcement was lost: between a commit and it lies a gap. */
const RECONCILE_MS = 2000;
/** A run that is announced again within this time is announced once. */
const DEDUPLICATE_MS = 5000;
const RECONCILED_AT_ONCE = 100;

export interface RunQueueDeps {
  /** A session URL: BullMQ listens on it. */
  connection: { connectionString: string; schema: string; max: number; migrate: boolean };
  runs: RunStore;
  onError: (error: unknown) => void;
}

export interface BullQueue extends RunQueue {
  /** Resolves when the queue's own schema is there. */
  ready: Promise<unknown>;
  close(): Promise<void>;
}

/**
 * The queue on BullMQ. A job says "look at this run": the claim in the ledger decides, so a job that comes twice
 * does no harm, and one that is lost is found by the reconciler of any consumer.
 */
export const createBullQueue = ({ connection, runs, onError }: RunQueueDeps): BullQueue => {
  const queue = new Queue(QUEUE, {
    connection,
    defaultJobOptions: { removeOnComplete: true, removeOnFail: true },
  });
  queue.on('error', onError);
  return {
    ready: queue.waitUntilReady(),
    announce: async (job) => {
      await queue.add('run', job);
    },
    consume: (options) => new BullConsumer({ connection, queue, runs, onError }, options),
    close: () => queue.close(),
  };
};

interface ConsumerDeps extends RunQueueDeps {
  queue: Queue;
}

class BullConsumer implements QueueConsumer {
  readonly #deps: ConsumerDeps;
  readonly #worker: Worker;
  readonly #handling = new Set<string>();
  readonly #timer: NodeJS.Timeout;
  #paused = false;

  constructor(deps: ConsumerDeps, options: Parameters<RunQueue['consume']>[0]) {
    this.#deps = deps;
    this.#worker = new Worker(QUEUE, ({ data }) => this.#handle(data as RunJob, options.handle), {
      connection: deps.connection,
      concurrency: options.concurrency,
      lockDuration: 15_000,
      stalledInterval: 7500,
      maxStalledCount: 2 ** 31 - 1,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on('error', deps.onError);
    this.#timer = setInterval(() => void this.#reconcile().catch(deps.onError), RECONCILE_MS);
    void this.#reconcile().catch(deps.onError);
  }

  pause(): void {
    this.#paused = true;
    clearInterval(this.#timer);
    void this.#worker.pause(true).catch(this.#deps.onError);
  }

  async close(): Promise<void> {
    this.pause();
    await this.#worker.close();
  }

  async #handle(job: RunJob, handle: (job: RunJob) => Promise<void>): Promise<void> {
    if (this.#handling.has(job.runId)) return;
    if (this.#paused) throw new Error('this worker takes nothing new'); // the reconciler of another finds it
    this.#handling.add(job.runId);
    try {
      await handle(job);
    } catch (error) {
      this.#deps.onError(error);
    } finally {
      this.#handling.delete(job.runId);
    }
    const run = await this.#deps.runs.get(job.runId);
    if (run?.state === 'pending') await this.#reconcile();
  }

  async #reconcile(): Promise<void> {
    if (this.#paused) return;
    const due = await this.#deps.runs.due(RECONCILED_AT_ONCE);
    const lost = due.filter(({ runId }) => !this.#handling.has(runId));
    if (lost.length === 0) return;
    await this.#deps.queue.addBulk(
      lost.map((data) => ({
        name: 'run',
        data,
        opts: { deduplication: { id: data.runId, ttl: DEDUPLICATE_MS } },
      })),
    );
  }
}
