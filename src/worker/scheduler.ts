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
    run: async (clockNow) => {
      const now = performance.now();
      if (now >= next) {
        next = now + ms;
        await work();
      }
      return clockNow + next - now;
    },
  };
};

/** Nobody waits longer than this for what came due by a clock that was moved, or was planned by another server. */
const LOOK_AGAIN_MS = 1000;
/** Where there is nothing to ask. */
const LONGEST_WAIT_MS = 60_000;

interface SchedulerOptions {
  works: DueWork[];
  clock: Clock;
  log: Logger;
  /** How often each kind of work is asked although nothing of it is known to be due: a lost poke costs this much. */
  lookAgainMs?: number;
}

/** When a kind of work is to be asked again, if nobody pokes. */
interface Turn {
  /** By the clock. */
  due: number;
  /** By the time that nobody can set. */
  latest: number;
}

/**
 * Asks each kind of work when something of it comes due, when it is poked, and now and then. One that fails is asked
 * again a second later.
 */
export class Scheduler {
  readonly #options: SchedulerOptions;
  readonly #turns = new Map<DueWork, Turn>();
  readonly #poked = new Set<DueWork>();
  #timer: NodeJS.Timeout | undefined;
  #asking: Promise<void> | undefined;
  #closed = false;

  constructor(options: SchedulerOptions) {
    this.#options = options;
    this.poke();
  }

  /** Something was planned: looks when it is due. `of` names the only kind of work that it can be. */
  poke(of?: string): void {
    if (this.#closed) return;
    for (const work of this.#options.works) if (of === undefined || work.name === of) this.#poked.add(work);
    if (this.#asking) return;
    clearTimeout(this.#timer);
    this.#begin();
  }

  #begin(): void {
    this.#asking = this.#ask().then(() => {
      this.#asking = undefined;
      if (this.#closed) return;
      this.#timer = setTimeout(() => this.#begin(), this.#wait());
    });
  }

  /** Until the first is to be asked. */
  #wait(): number {
    const now = this.#options.clock.now();
    const waits = this.#options.works.map((work) => this.#left(work, now));
    return Math.max(0, Math.min(LONGEST_WAIT_MS, ...waits));
  }

  #left(work: DueWork, now: number): number {
    const turn = this.#poked.has(work) ? undefined : this.#turns.get(work);
    return turn ? Math.min(turn.due - now, turn.latest - performance.now()) : 0;
  }

  /** Takes nothing new; waits for what is being done. */
  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#asking;
  }

  async #ask(): Promise<void> {
    const { works, clock } = this.#options;
    for (const work of works) {
      if (this.#closed) return;
      if (this.#left(work, clock.now()) > 0) continue;
      this.#poked.delete(work);
      this.#turns.set(work, await this.#run(work));
    }
  }

  async #run(work: DueWork): Promise<Turn> {
    const { clock, log, lookAgainMs = LOOK_AGAIN_MS } = this.#options;
    const asked = performance.now();
    try {
      return { due: (await work.run(clock.now())) ?? Infinity, latest: asked + lookAgainMs };
    } catch (error) {
      log.error({ err: error, work: work.name }, 'due work failed; trying again');
      return { due: Infinity, latest: asked + LOOK_AGAIN_MS };
    }
  }
}
