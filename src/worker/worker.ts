import { createAttemptControl, type AttemptControl } from '../engine/attempt-control.ts';
import { refusedBy } from '../engine/attempt-result.ts';
import type { AttemptResult } from '../engine/executor.ts';
import { isOfStorage } from '../engine/outcome.ts';
import type { ClaimedRun } from '../engine/run-config.ts';
import type { Clock } from '../model/clock.ts';
import type { DesiredState, RunState } from '../model/run-state.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { Handled, QueueConsumer, RunJob, RunQueue, RunStore, SignalBus } from '../storage/ports.ts';
import { traceAttempt } from './attempt-span.ts';

export interface WorkerDeps {
  id: string;
  queue: RunQueue;
  runs: Pick<RunStore, 'get'>;
  signals: SignalBus;
  claimRun: (input: { runId: string; owner: string }) => Promise<ClaimedRun | undefined>;
  settleRun: (claimed: ClaimedRun, result: AttemptResult) => Promise<RunState | undefined>;
  execute: (claimed: ClaimedRun, control: AttemptControl) => Promise<AttemptResult>;
  /** Extends the leases of this worker; answers the runs it still holds. */
  renewLeases: (owner: string) => Promise<Set<string>>;
  /** Asks for this process to be replaced: a step was cut and may run on, or a pause wanted the memory back. */
  retire: (runId: string, why: string) => void;
  /** Whether the pause a run has come to asks for the worker to end. */
  wantsShutdown: (runId: string) => Promise<boolean>;
  /** By which leases and deadlines are dated. */
  clock: Clock;
  concurrency: number;
  renewMs: number;
  tracing?: Tracing | undefined;
  log: Logger;
}

interface Attempt {
  threadId: string;
  control: AttemptControl;
  /** Whether the run is ours yet: one that is being claimed can be given orders already. */
  claimed: boolean;
  /** How many times the operator's word was asked for, and which of these brought the word that holds. */
  asked: number;
  heard: number;
}

type Mode = 'running' | 'draining' | 'drained';

/** Claims runs, brings each to its next stop, and obeys what operators say of them. */
export class Worker {
  readonly #deps: WorkerDeps;
  readonly #attempts = new Map<string, Attempt>();
  readonly #consumer: QueueConsumer;
  readonly #renewal: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #mode: Mode = 'running';
  #taken = 0;

  constructor(deps: WorkerDeps) {
    this.#deps = deps;
    this.#unsubscribe = deps.signals.subscribe((signal) => {
      if (signal.kind === 'desired' && this.#attempts.has(signal.runId)) void this.#obeyAndTell(signal.runId);
      if (signal.kind === 'followed') this.#follow(signal.threadId);
    });
    this.#renewal = setInterval(() => void this.#renew(), deps.renewMs);
    this.#consumer = deps.queue.consume({
      concurrency: deps.concurrency,
      handle: (job) => this.#handle(job),
    });
  }

  /**
   * Takes nothing new and brings what runs to the end of its superstep; what has not got there after
   * `timeoutMs` is stopped in the middle of it. Everything goes back to the queue. Called twice, it waits.
   */
  async drain(timeoutMs: number): Promise<void> {
    if (this.#mode === 'running') {
      this.#mode = 'draining';
      this.#consumer.pause();
      for (const { control } of this.#attempts.values()) control.requestDrain('shutdown');
    }
    const deadline = setTimeout(() => {
      for (const { control } of this.#attempts.values()) control.abort('shutdown');
    }, timeoutMs);
    await this.#consumer.close();
    clearTimeout(deadline);
    clearInterval(this.#renewal);
    this.#unsubscribe();
    this.#mode = 'drained';
  }

  /** How much it has to do, and has had. */
  load(): { active: number; taken: number } {
    const active = [...this.#attempts.values()].filter(({ claimed }) => claimed).length;
    return { active, taken: this.#taken };
  }

  #follow(threadId: string): void {
    for (const attempt of this.#attempts.values())
      if (attempt.threadId === threadId) attempt.control.follow();
  }

  async #handle({ runId, threadId }: RunJob): Promise<Handled> {
    const { execute, log } = this.#deps;
    const control = createAttemptControl();
    const attempt: Attempt = { threadId, control, claimed: false, asked: 0, heard: 0 };
    let timer: NodeJS.Timeout | undefined;
    this.#attempts.set(runId, attempt);
    try {
      const asked = ++attempt.asked;
      const claimed = await this.#claim(runId);
      if (typeof claimed === 'string') return claimed;
      attempt.claimed = true;
      this.#taken++;
      if (this.#mode === 'draining') control.requestDrain('shutdown');
      passOn(attempt, asked, claimed.run.desired);
      timer = this.#limit(claimed.run.deadlineMs, control);
      const result = await traceAttempt(this.#deps.tracing, { claimed, worker: this.#deps.id }, (traced) =>
        execute(traced, control),
      );
      const state = await this.#settle(claimed, result);
      log.debug({ runId, attempt: claimed.run.attempt, outcome: result.outcome, state }, 'attempt ended');
      await this.#leave(runId, control, state);
      if (control.abortReason === 'storage') await pause(RETRY_MS);
      return state === 'pending' ? 'waits' : 'done';
    } finally {
      clearTimeout(timer);
      this.#attempts.delete(runId);
    }
  }

  /** Ends the attempt when the run has run out of time. Timers do not take longer than {@link LONGEST_TIMER_MS}. */
  #limit(deadlineMs: number | null, control: AttemptControl): NodeJS.Timeout | undefined {
    if (deadlineMs === null) return undefined;
    const left = Math.max(0, deadlineMs - this.#deps.clock.now());
    return left > LONGEST_TIMER_MS ? undefined : setTimeout(() => control.abort('timeout'), left);
  }

  /** Code that was cut may be deaf to it and run on: only the end of the process ends it for sure. */
  async #leave(runId: string, { abortReason }: AttemptControl, state: RunState | undefined): Promise<void> {
    if (abortReason === 'pause') this.#deps.retire(runId, 'a step was cut by a pause');
    else if (state === 'paused' && this.#attempts.size === 1 && (await this.#deps.wantsShutdown(runId)))
      this.#deps.retire(runId, 'a pause released the worker');
  }

  /**
   * A run that cannot be had although it waits (its thread's state is being edited, or storage refuses) is not
   * asked for at once again: the queue offers it as soon as this returns.
   */
  async #claim(runId: string): Promise<ClaimedRun | Handled> {
    const { id, claimRun, runs, log } = this.#deps;
    try {
      const claimed = await claimRun({ runId, owner: id });
      if (claimed) return claimed;
      if ((await runs.get(runId))?.state !== 'pending') return 'not to be had';
      await pause(BUSY_MS);
      return 'waits';
    } catch (error) {
      log.error({ err: error, runId }, 'a run cannot be claimed yet; trying again');
      await pause(RETRY_MS);
      return 'waits';
    }
  }

  /**
   * A result that cannot be written is not lost: it is tried again until it can, or the thread has a new owner. One that
   * storage will not hold, although it can be used, fails the run.
   */
  async #settle(claimed: ClaimedRun, ended: AttemptResult): Promise<RunState | undefined> {
    let result = ended;
    for (let refusals = 0; ;) {
      try {
        return await this.#deps.settleRun(claimed, result);
      } catch (error) {
        if (!isOfStorage(error) && ++refusals >= MOST_REFUSALS) result = refusedBy(error, ended);
        this.#deps.log.error(
          { err: error, runId: claimed.run.runId },
          'the end of a run cannot be written; trying again',
        );
        await pause(RETRY_MS);
      }
    }
  }

  /** Whoever gave the word may wait for it to have come here. */
  async #obeyAndTell(runId: string): Promise<void> {
    await this.#obey(runId);
    this.#deps.signals.publish({ kind: 'obeyed', runId });
  }

  /** Reads the operator's durable word and passes it on to the attempt. */
  async #obey(runId: string): Promise<void> {
    const attempt = this.#attempts.get(runId);
    if (!attempt) return;
    try {
      const asked = ++attempt.asked;
      const run = await this.#deps.runs.get(runId);
      if (run) passOn(attempt, asked, run.desired);
      else attempt.control.abort('lease_lost'); // deleted
    } catch (error) {
      this.#deps.log.error({ err: error, runId }, 'orders cannot be read yet');
    }
  }

  async #renew(): Promise<void> {
    const attempts = [...this.#attempts].filter(([, { claimed }]) => claimed);
    try {
      const held = await this.#deps.renewLeases(this.#deps.id);
      for (const [runId, { control }] of attempts) {
        if (held.has(runId)) void this.#obey(runId);
        else control.abort('lease_lost');
      }
    } catch (error) {
      this.#deps.log.error({ err: error }, 'leases cannot be renewed');
    }
  }
}

/** The answer to a question asked earlier may come later, and is older: it changes nothing any more. */
const passOn = (attempt: Attempt, asked: number, desired: DesiredState): void => {
  if (asked < attempt.heard) return;
  attempt.heard = asked;
  ORDERS[desired](attempt.control);
};

const ORDERS: Record<DesiredState, (control: AttemptControl) => void> = {
  run: (control) => control.withdrawDrain('pause'),
  pause: (control) => control.requestDrain('pause'),
  pause_now: (control) => control.abort('pause'),
  cancel: (control) => control.abort('cancel'),
  rollback: (control) => control.abort('rollback'),
  stop: (control) => control.abort('stop'),
};

const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** So often a result is refused before it is given up. */
const MOST_REFUSALS = 3;
/** Before storage that refused is tried again. */
const RETRY_MS = 1000;
/** Before a thread that was busy is looked at again. */
const BUSY_MS = 50;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
