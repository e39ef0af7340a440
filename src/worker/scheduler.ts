import type { Clock } from '../model/clock.ts';
import type { Logger } from '../telemetry/logger.ts';

/** A kind of thing that comes due: crons, resume conditions, expiries, retries. */
export interface DueWork {
  name: string;
  /**
   * Does what is due at `now` (ms since the epoch) and answers when the next is, if that is known. Several servers
   * may ask at the same time and one may die half-way: each thing is taken by a guarded write, once.
   */
  run(now: number): Promise<number | undefined>;
}

/** Work that is due every `ms`, whatever the clock says in between. */
export const every = (ms: number, name: string, work: () => Promise<unknown>): DueWork => {
  let next = -Infinity;
  return {
    name,
    run: async () => {
      const now = performance.now();
      if (now >= next) {
        next = now + ms;
        await work();
      }
      return undefined;
    },
  };
};

/** Nobody waits longer than this for what came due by a clock that was moved, or was planned by another server. */
const LOOK_AGAIN_MS = 1000;

interface SchedulerOptions {
  works: DueWork[];
  clock: Clock;
  log: Logger;
}

/** Asks each kind of work in turn, when something of it comes due and every second. One that fails is asked again. */
export class Scheduler {
  readonly #options: SchedulerOptions;
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #askAgain = false;
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.poke();
  }

  /** Something was planned: looks when it is due. */
  poke(): void {
    if (this.#closed) return;
    if (this.#asking) {
      this.#askAgain = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#asking = this.#ask().then((next) => {
      this.#asking = undefined;
      if (this.#closed) return;
      const wait = this.#askAgain ? 0 : Math.max(0, next - this.#options.clock.now());
      this.#askAgain = false;
      this.#timer = setTimeout(() => this.poke(), Math.min(wait, LOOK_AGAIN_MS));
    });
  }

  /** Takes nothing new; waits for what is being done. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#asking;
  }

  async #ask(): Promise<number> {
    const { works, clock, log } = this.#options;
    let next = Infinity;
    for (const work of works) {
      if (this.#closed) break;
      try {
        next = Math.min(next, (await work.run(clock.now())) ?? Infinity);
      } catch (error) {
        log.error({ err: error, work: work.name }, 'due work failed; trying again');
      }
    }
    return next;
  }
}
