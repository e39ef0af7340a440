import type { Clock } from '../model/clock.ts';
import { isHoldpointError } from '../model/errors.ts';
import type { Storage, WorkerCall } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { WorkerPool } from './pool.ts';
import type { WorkerCalls, WorkerMethod } from './protocol.ts';
import type { CallAnswer } from './shared-workers.ts';

export interface SupervisorDeps {
  /** Names this process. */
  nodeId: string;
  pool: WorkerPool;
  storage: Pick<Storage, 'transaction' | 'workers' | 'calls' | 'signals'>;
  clock: Clock;
  renewLeases: (owner: string) => Promise<unknown>;
  renewMs: number;
  log: Logger;
}

/** A worker whose node has not spoken for it for so long counts as gone. */
export const REGISTERED_MS = 60_000;
/** A node that has not reached the database for so long ends its workers: soon others will think them gone. */
const GIVE_UP_MS = 45_000;
/** A lost signal costs this much. */
const LOOK_MS = 1000;
/** Calls that the workers of one node serve at the same time. */
const CALLS_AT_ONCE = 8;

/**
 * Answers, before others on other machines, for the workers of this process: says that they live, keeps their
 * leases while their processes go on, ends those that it is ordered to end, and passes calls on to them.
 */
export class Supervisor {
  readonly #deps: SupervisorDeps;
  readonly #timers: NodeJS.Timeout[];
  readonly #unsubscribe: () => void;
  #reached = performance.now();
  #looking: Promise<void> | undefined;
  #lookAgain = false;
  #calls = 0;
  #closed = false;

  constructor(deps: SupervisorDeps) {
    this.#deps = deps;
    this.#timers = [
      setInterval(() => void this.renew(), deps.renewMs),
      setInterval(() => this.#look(), LOOK_MS),
    ];
    this.#unsubscribe = deps.storage.signals.subscribe(({ kind }) => kind === 'workers' && this.#look());
  }

  /** Passes nothing on any more; renews and obeys until {@link close}. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#timers.forEach(clearInterval);
    this.#unsubscribe();
    await this.#looking;
  }

  /** Says that the workers live, and how they are. */
  async renew(): Promise<void> {
    const { nodeId, pool, storage, clock, renewLeases, log } = this.#deps;
    const workers = pool.list();
    try {
      const renewal = { nodeId, workers, expiresMs: clock.now() + REGISTERED_MS };
      await storage.transaction((ledger) => ledger.workers.renew(renewal), { flush: false });
      for (const workerId of pool.alive()) await renewLeases(workerId);
      this.#reached = performance.now();
    } catch (error) {
      log.error({ err: error }, 'the database cannot be told that the workers live');
      if (performance.now() - this.#reached < GIVE_UP_MS) return;
      for (const { id } of workers) pool.kill(id, null, 'its node has not reached the database for too long');
    }
  }

  /** Looks once more when something came while it looked. */
  #look(): void {
    if (this.#closed) return;
    if (this.#looking) {
      this.#lookAgain = true;
      return;
    }
    this.#looking = this.#obey()
      .catch((error: unknown) => this.#deps.log.error({ err: error }, 'orders cannot be read yet'))
      .finally(() => {
        this.#looking = undefined;
        if (!this.#lookAgain) return;
        this.#lookAgain = false;
        this.#look();
      });
  }

  async #obey(): Promise<void> {
    const { nodeId, pool, storage } = this.#deps;
    for (const { workerId, order } of await storage.workers.ordersFor(nodeId)) {
      if (order.kind === 'kill') pool.kill(workerId, order.runId, order.what);
      else pool.retire(workerId, order.timeoutMs, order.why);
    }
    while (this.#calls < CALLS_AT_ONCE && pool.list().some(({ ready }) => ready)) {
      const now = this.#deps.clock.now();
      if (!(await storage.calls.waits(now))) return;
      const call = await storage.transaction((ledger) => ledger.calls.take({ nodeId, now }), {
        flush: false,
      });
      if (!call) return;
      this.#calls++;
      void this.#serve(call).finally(() => {
        this.#calls--;
        this.#look();
      });
    }
  }

  async #serve({ callId, method, params, deadlineMs }: WorkerCall): Promise<void> {
    const { pool, storage, clock, log } = this.#deps;
    const left = Math.max(1, deadlineMs - clock.now());
    const answer = await pool
      .call(method as WorkerMethod, JSON.parse(params) as WorkerCalls[WorkerMethod], left)
      .then((value): CallAnswer => ({ value }), refusal);
    try {
      await storage.transaction((ledger) => ledger.calls.answer(callId, JSON.stringify(answer)), {
        flush: false,
      });
      storage.signals.publish({ kind: 'answered', callId });
    } catch (error) {
      log.error({ err: error, method }, 'the answer of a worker cannot be passed on');
    }
  }
}

const refusal = (error: unknown): CallAnswer => {
  if (isHoldpointError(error)) return { code: error.code, message: error.message, details: error.details };
  return { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} };
};
