import type { QueueConsumer, RunJob, RunQueue, RunStore, SignalBus } from '../ports.ts';

/** How often the ledger is asked although no signal came: a lost signal costs this much, never work. */
const POLL_MS = 1000;

interface QueueDeps {
  runs: RunStore;
  signals: SignalBus;
  onError: (error: unknown) => void;
}

/** The queue is a column of the ledger; a signal says when to look. */
export const createLedgerQueue = (deps: QueueDeps): RunQueue => ({
  announce: () => {
    deps.signals.publish({ kind: 'queue' });
    return Promise.resolve();
  },
  consume: (options) => new LedgerConsumer(deps, options),
});

class LedgerConsumer implements QueueConsumer {
  readonly #deps: QueueDeps;
  readonly #options: Parameters<RunQueue['consume']>[0];
  readonly #handling = new Map<string, Promise<unknown>>();
  readonly #unsubscribe: () => void;
  readonly #timer: NodeJS.Timeout;
  #paused = false;
  #looking = false;
  #lookAgain = false;
  /** More may be due than the last look has taken. */
  #more = false;

  constructor(deps: QueueDeps, options: Parameters<RunQueue['consume']>[0]) {
    this.#deps = deps;
    this.#options = options;
    this.#unsubscribe = deps.signals.subscribe(({ kind }) => kind === 'queue' && this.#wake());
    this.#timer = setInterval(() => this.#wake(), POLL_MS);
    this.#wake();
  }

  pause(): void {
    this.#paused = true;
    this.#unsubscribe();
    clearInterval(this.#timer);
  }

  async close(): Promise<void> {
    this.pause();
    await Promise.allSettled(this.#handling.values());
  }

  /** Looks once more after a look that was under way when the signal came: it may have read before the commit. */
  #wake(): void {
    if (this.#paused) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = true;
    void this.#look().finally(() => {
      this.#looking = false;
      if (!this.#lookAgain) return;
      this.#lookAgain = false;
      this.#wake();
    });
  }

  async #look(): Promise<void> {
    const free = this.#options.concurrency - this.#handling.size;
    this.#more = true;
    if (free <= 0) return;
    try {
      const asked = free + this.#handling.size;
      const jobs = await this.#deps.runs.due(asked);
      if (this.#paused) return;
      const found = jobs.filter(({ runId }) => !this.#handling.has(runId));
      this.#more = jobs.length === asked || found.length > free;
      for (const job of found.slice(0, free)) this.#take(job);
    } catch (error) {
      this.#deps.onError(error);
    }
  }

  #take(job: RunJob): void {
    const handled = this.#options
      .handle(job)
      .catch(this.#deps.onError)
      .then((end) => {
        this.#handling.delete(job.runId);
        if (this.#more || end !== 'done') this.#wake();
      });
    this.#handling.set(job.runId, handled);
  }
}
