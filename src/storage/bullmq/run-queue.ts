import type { Queue, WorkerOptions } from 'bullmq';
import type { DueRun, Handled, QueueConsumer, RunJob, RunQueue, RunStore, SignalBus } from '../ports.ts';

export const QUEUE = 'holdpoint-runs';

/** How often a consumer looks for offered runs that nobody brings it: between a commit and its announcement lies a gap. */
const LOOK_MS = 2000;
/** Consumers that hear the same signal do not all look at the same moment. */
const SPREAD_MS = 30;
const LOOKED_AT_ONCE = 100;
/** How many places before its turn a run may be taken, when consumers have wanted the same ones. */
const NEAR = 8;

/** BullMQ on one of its backends. */
export interface BullMq {
  queue: Pick<Queue, 'add' | 'close' | 'waitUntilReady'>;
  worker: (process: (job: { data: unknown }) => Promise<void>, options: BullWorkerOptions) => BullWorker;
}

export type BullWorkerOptions = Omit<WorkerOptions, 'connection'>;
export interface BullWorker {
  pause(doNotWaitActive: boolean): Promise<void>;
  close(): Promise<void>;
  on(event: 'error', listener: (error: Error) => void): unknown;
}

export interface BullQueueDeps {
  bull: BullMq;
  runs: RunStore;
  signals: SignalBus;
  onError: (error: unknown) => void;
}

export interface BullQueue extends RunQueue {
  /** Resolves when the queue can be used; before that nothing is announced. */
  ready: Promise<void>;
  close(): Promise<void>;
}

/** How long a job may take to reach the queue, which is only a hint. */
const ADD_MS = 2000;

/**
 * The queue on BullMQ. A job says "look at this run": the claim in the ledger decides, so a job that comes twice
 * does no harm. One that is lost, with its queue or all of Redis, is found in the ledger by any consumer with room.
 */
export const createBullQueueOn = (deps: BullQueueDeps): BullQueue => {
  const { bull, onError } = deps;
  let usable = false;
  const ready = bull.queue.waitUntilReady().then(() => void (usable = true));
  ready.catch(() => {}); // the queue says why
  return {
    ready,
    announce: async (job) => {
      if (!usable) return; // found in the ledger
      const added = bull.queue.add('run', job, { removeOnComplete: true, removeOnFail: true });
      // Queue libraries wait for ever for a server that is gone. The run is on disk: its client does not wait.
      await Promise.race([added.catch(onError), after(ADD_MS)]);
    },
    consume: (options) => new BullConsumer(deps, options),
    close: () => bull.queue.close(),
  };
};

class BullConsumer implements QueueConsumer {
  readonly #deps: BullQueueDeps;
  readonly #options: Parameters<RunQueue['consume']>[0];
  readonly #worker: BullWorker;
  readonly #handling = new Map<string, Promise<Handled>>();
  readonly #timer: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #soon: NodeJS.Timeout | undefined;
  #waiting = new Set<string>();
  #paused = false;
  /** How far from its turn a run is taken: the farther, the more often others were first. */
  #near = 0;
  /** There was something to look for and no room for it. */
  #toLook = false;

  constructor(deps: BullQueueDeps, options: Parameters<RunQueue['consume']>[0]) {
    this.#deps = deps;
    this.#options = options;
    this.#worker = deps.bull.worker(({ data }) => this.#brought(data as RunJob), {
      concurrency: options.concurrency,
      lockDuration: 15_000,
      stalledInterval: 7500,
      maxStalledCount: 2 ** 31 - 1,
      removeOnComplete: { count: 0 },
      removeOnFail: { count: 0 },
    });
    this.#worker.on('error', deps.onError);
    this.#timer = setInterval(() => this.#look(), LOOK_MS);
    this.#unsubscribe = deps.signals.subscribe(({ kind }) => kind === 'queue' && this.#lookSoon());
    this.#lookSoon();
  }

  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    clearInterval(this.#timer);
    clearTimeout(this.#soon);
    this.#unsubscribe();
    void this.#worker.pause(true).catch(this.#deps.onError);
    this.#deps.signals.publish({ kind: 'queue' }); // what it was brought is for others
  }

  async close(): Promise<void> {
    this.pause();
    await Promise.allSettled(this.#handling.values());
    // A server that is gone keeps nobody here: what the queue still holds is found by others.
    await Promise.race([this.#worker.close(), after(CLOSE_MS)]);
  }

  /**
   * BullMQ says that one more run waits, and which. A consumer that is half empty takes that one, for nobody else can
   * have waited long; else the ledger says whose turn it is, once there is room. So each job makes one run begin,
   * whichever.
   */
  async #brought(job: RunJob): Promise<void> {
    await this.#room();
    const idle = this.#free() > this.#options.concurrency / 2;
    if (idle && (await this.#take(job)) !== 'not to be had') return;
    for (;;) {
      await this.#room();
      const due = await this.#due(this.#free() + NEAR);
      // What would begin here next in any case: so two who were brought two runs do not want the same one.
      const own = idle ? undefined : due.slice(0, this.#free()).find(({ runId }) => runId === job.runId);
      const next = own ?? someOf(due, { count: 1, near: this.#near })[0];
      if (!next) return;
      if (this.#free() > 0 && (await this.#take(next)) !== 'not to be had') return;
    }
  }

  /** Resolves when one more run can be taken. @throws when none will be: others find in the ledger what waits. */
  async #room(): Promise<void> {
    if (this.#free() <= 0) this.#deps.signals.publish({ kind: 'queue' }); // others may have room
    while (!this.#paused && this.#free() <= 0) await Promise.race(this.#handling.values());
    if (!this.#paused) return;
    throw new Error('this worker takes nothing new');
  }

  #take(job: RunJob): Promise<Handled> {
    const known = this.#handling.get(job.runId);
    if (known) return known;
    const handled = this.#options
      .handle(job)
      .catch((error: unknown): Handled => {
        this.#deps.onError(error);
        return 'waits';
      })
      .then((what) => {
        this.#handling.delete(job.runId);
        this.#near = what === 'not to be had' ? Math.min(NEAR, 2 * this.#near + 1) : this.#near >> 1;
        if (what === 'waits' || this.#toLook) this.#lookSoon();
        return what;
      });
    this.#handling.set(job.runId, handled);
    return handled;
  }

  /** Something returned to the queue otherwise than by an announcement. */
  #lookSoon(): void {
    if (this.#paused) return;
    this.#soon ??= setTimeout(() => {
      this.#soon = undefined;
      this.#toLook = this.#free() <= 0;
      void this.#takeDue(() => true);
    }, Math.random() * SPREAD_MS);
  }

  /** What has been waiting since the last look although there is room is brought by nobody. */
  #look(): void {
    const before = this.#waiting;
    void this.#takeDue(({ runId }) => before.has(runId));
  }

  async #takeDue(isLost: (job: RunJob) => boolean): Promise<void> {
    if (this.#free() <= 0) return;
    try {
      const due = await this.#due(LOOKED_AT_ONCE);
      this.#waiting = new Set(due.map(({ runId }) => runId));
      if (this.#paused) return;
      const some = { count: this.#free(), near: NEAR };
      for (const job of someOf(due.filter(isLost), some)) void this.#take(job);
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  async #due(count: number): Promise<DueRun[]> {
    const due = await this.#deps.runs.due(count + this.#handling.size);
    return due.filter(({ runId }) => !this.#handling.has(runId));
  }

  #free(): number {
    return this.#options.concurrency - this.#handling.size;
  }
}

const CLOSE_MS = 3000;

/**
 * In their order while there is room for all; else by chance some of those whose turn is `near`, where others take some
 * too. Never one of a lower priority before one of a higher.
 */
const someOf = (jobs: DueRun[], { count, near }: { count: number; near: number }): RunJob[] =>
  jobs.length <= count
    ? jobs
    : jobs
        .slice(0, count + near)
        .map((job) => ({ job, order: Math.random() - 2 * job.priority }))
        .toSorted((a, b) => a.order - b.order)
        .slice(0, count)
        .map(({ job }) => job);

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
