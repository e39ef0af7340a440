import type { ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ERROR_CODES, HoldpointError, type ErrorCode } from '../model/errors.ts';
import type { WorkerKind, WorkerSeen } from '../model/worker.ts';
import type { Signal } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  asSeen,
  culpritOf,
  endReason,
  failedStartsAfter,
  forkWorker,
  leastBusy,
  restartDelayMs,
  send,
  STEADY_MS,
  type WorkerProcess,
} from './child.ts';
import {
  isMessage,
  LAST_WORDS_FD,
  machineTime,
  saidIn,
  type FromWorker,
  type WorkerCalls,
  type WorkerMethod,
} from './protocol.ts';

export interface PoolOptions {
  /** The module a worker process runs, and what it is told besides this process's id. */
  entry: string;
  options: (workerId: string) => Record<string, unknown>;
  env: NodeJS.ProcessEnv;
  kind: WorkerKind;
  size: number;
  /** A worker watches itself; one that shows no sign of life for more than twice this long is killed from here. */
  blockedMs: number;
  newId: () => string;
  /** A signal a worker sends to the other processes. */
  onSignal: (signal: Signal) => void;
  /** A worker takes runs from now on. */
  onReady: () => void;
  /**
   * Takes back what a worker held; called when it is gone, before another takes its place. `culprit` is the id of
   * the run that ended it, where that is known.
   */
  onGone: (input: { workerId: string; culprit: string | undefined; reason: string }) => Promise<void>;
  /** Why a worker that takes runs is to be replaced, asked at each sign of life; it then drains for so long. */
  recycle: { reason: (worker: WorkerSeen) => string | undefined; drainMs: number };
  log: Logger;
}

/** Signals that workers act on. */
const FOR_WORKERS: ReadonlySet<Signal['kind']> = new Set(['queue', 'desired', 'followed']);
/** Between two attempts to take back what a worker held, and the longest that another waits for the first. */
const TAKE_BACK_MS = 1000;
const READY_LOOK_MS = 20;
/** What the answer of a worker may take to come here. */
const ANSWER_MS = 500;
/** A process that has given no sign for so long is stopped or gone. */
const SIGN_WITHIN_MS = 4000;
/** How often the pool looks for signs of life. */
const LOOK_MS = 1000;

/** Starts the worker processes, replaces those that end, and passes messages to and fro. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Map<string, WorkerProcess>();
  readonly #looking: NodeJS.Timeout;
  /** The starts that wait because those before them failed. */
  readonly #restarts = new Map<NodeJS.Timeout, () => WorkerProcess>();
  readonly #ready: Promise<void>;
  #setReady = (): void => {};
  #stopping = false;
  #address: string | null | undefined;
  #lastCall = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#ready = new Promise((resolve) => (this.#setReady = resolve));
    for (let i = 0; i < options.size; i++) this.#start();
    this.#looking = setInterval(() => this.#look(), LOOK_MS);
  }

  /** The worker processes as they are now. */
  list(): WorkerSeen[] {
    return [...this.#workers.values()].map(asSeen);
  }

  /** The workers whose processes go on: their leases are to be renewed. */
  alive(): string[] {
    const since = performance.now() - SIGN_WITHIN_MS;
    return [...this.#workers.values()].filter(({ lastSign }) => lastSign > since).map(({ id }) => id);
  }

  /** Resolves once a worker takes runs: one of the first, or one in the place of those that ended as they started. */
  ready(): Promise<void> {
    return this.#ready;
  }

  /** Tells every worker, and those to come, where the server listens; null: that nobody will say. */
  open(url: string | null): void {
    this.#address = url;
    for (const worker of this.#workers.values()) send(worker, { type: 'address', url });
  }

  /** Passes on what workers act on; who follows a thread is in the API process. */
  broadcast(signal: Signal, except?: string): void {
    if (!FOR_WORKERS.has(signal.kind)) return;
    for (const worker of this.#workers.values()) {
      if (worker.id !== except) send(worker, { type: 'signal', signal });
    }
  }

  /**
   * Asks a worker to do something that may run a graph's code, in time or not at all.
   * @throws {HoldpointError} what the worker refuses with; `worker_unavailable` when none answers in time.
   */
  async call<M extends WorkerMethod>(method: M, params: WorkerCalls[M], timeoutMs: number): Promise<unknown> {
    const end = machineTime() + timeoutMs;
    const worker = await this.#readyWorker(end);
    if (!worker) throw unavailable('No worker is ready yet. Try again in a moment.');
    const id = ++this.#lastCall;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        worker.calls.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(unavailable(`The worker has not answered for ${timeoutMs} ms.`)),
          end - machineTime(),
        );
        // It gives up somewhat earlier, so that what it says of that is heard.
        const deadline = end - Math.min(ANSWER_MS, timeoutMs / 10);
        send(worker, { type: 'call', id, method, params, deadline });
      });
    } finally {
      clearTimeout(timer);
      worker.calls.delete(id);
    }
  }

  /**
   * Starts new workers, with the options of now, and lets those of before drain for so long. Resolves when the new
   * ones take runs.
   */
  async replace(drainTimeoutMs: number): Promise<void> {
    const before = [...this.#workers.values()].filter(({ drain }) => !drain);
    const places = before.filter(({ replaced }) => replaced === undefined).map(() => this.#start());
    const waiting = [...this.#restarts.values()].map((restart) => restart());
    await Promise.all([...places, ...waiting].map(({ started }) => started));
    for (const worker of before)
      if (!worker.drain) this.#drain(worker, drainTimeoutMs, 'the graphs are read anew');
  }

  /** One that is being replaced is worth waiting for. */
  async #readyWorker(deadline: number): Promise<WorkerProcess | undefined> {
    for (;;) {
      const worker = leastBusy([...this.#workers.values()].filter(({ ready, drain }) => ready && !drain));
      if (worker || machineTime() > deadline || this.#stopping) return worker;
      await new Promise((resolve) => setTimeout(resolve, READY_LOOK_MS));
    }
  }

  /**
   * Replaces a worker: another starts at once, and this one gets so long to bring what it holds to a boundary. What
   * is left goes back to the queue. False when there is no such worker.
   */
  retire(workerId: string, timeoutMs: number, why: string): boolean {
    const worker = this.#workers.get(workerId);
    if (!worker) return false;
    if (worker.drain || this.#stopping) return true;
    if (worker.replaced === undefined) this.#start();
    this.#drain(worker, timeoutMs, why);
    return true;
  }

  #drain(worker: WorkerProcess, timeoutMs: number, why: string): void {
    const since = Date.now();
    worker.drain = { why, since, deadlineMs: since + timeoutMs };
    this.#options.log.info({ worker: worker.id, why, timeoutMs }, 'a worker drains; another takes its place');
    void this.#end(worker, timeoutMs);
  }

  /** Ends a worker at once. What it had goes back to the queue, as when `runId`, if it is one, alone had ended it. */
  kill(workerId: string, runId: string | null, what: string): void {
    const worker = this.#workers.get(workerId);
    if (!worker) return;
    worker.lastWords ??= { what, runId, stack: [] };
    worker.child.kill('SIGKILL');
  }

  /** Lets every worker drain for so long, and waits until all are gone and what they held was taken back. */
  async stop(drainTimeoutMs: number): Promise<void> {
    this.#stopping = true;
    clearInterval(this.#looking);
    await Promise.all([...this.#workers.values()].map((worker) => this.#end(worker, drainTimeoutMs)));
  }

  async #end(worker: WorkerProcess, drainTimeoutMs: number): Promise<void> {
    send(worker, { type: 'drain', timeoutMs: drainTimeoutMs });
    const end = (): void => this.kill(worker.id, null, 'the worker did not drain in time');
    const kill = setTimeout(end, drainTimeoutMs + KILL_GRACE_MS);
    await worker.gone;
    clearTimeout(kill);
  }

  /** Counts looks, not time: a clock that jumps, or a machine that slept, is no silence. */
  #look(): void {
    for (const worker of this.#workers.values()) {
      if (++worker.silentLooks * LOOK_MS < 2 * this.#options.blockedMs + KILL_GRACE_MS) continue;
      worker.lastWords ??= { what: 'the worker showed no sign of life', runId: null, stack: [] };
      worker.child.kill('SIGKILL');
    }
  }

  /** @param failedStarts how many in a row of those before it in its place ended as they started */
  #start(failedStarts = 0): WorkerProcess {
    const { entry, options, env, kind, newId } = this.#options;
    const id = newId();
    const child = forkWorker(entry, { ...options(id), parent: process.pid }, env);
    const worker: WorkerProcess = {
      id,
      kind,
      child,
      ready: false,
      failedStarts,
      steadyFrom: Infinity,
      drain: undefined,
      replaced: undefined,
      vitals: { active: 0, taken: 0, memoryBytes: 0 },
      lastBeat: Date.now(),
      silentLooks: 0,
      lastSign: performance.now(),
      lastWords: undefined,
      standing: null,
      started: new Promise<void>((resolve) => {
        child.once('close', () => resolve());
        child.on(
          'message',
          (message: unknown) => isMessage(message) && message.type === 'ready' && resolve(),
        );
      }),
      startedAt: Date.now(),
      gone: new Promise<void>((resolve) => {
        child.once('close', (code, signal) => resolve(this.#gone(worker, code, signal)));
      }),
      calls: new Map(),
    };
    this.#workers.set(id, worker);
    child.on('message', (message: unknown) => isMessage(message) && this.#receive(worker, message));
    child.on('error', (error) => this.#options.log.error({ err: error, worker: id }, 'worker process error'));
    // One that could not be started (no file descriptor is left) has no pipes, whatever the types say, and ends at once.
    const pipes = child.stdio as ChildProcess['stdio'] | undefined;
    if (pipes) this.#hearLastWords(worker, pipes[LAST_WORDS_FD] as Readable);
    return worker;
  }

  #hearLastWords(worker: WorkerProcess, input: Readable): void {
    createInterface({ input }).on('line', (line) => {
      worker.lastSign = performance.now();
      Object.assign(worker, saidIn(line));
    });
  }

  #receive(worker: WorkerProcess, message: FromWorker): void {
    worker.lastBeat = Date.now();
    worker.silentLooks = 0;
    switch (message.type) {
      case 'ready':
        worker.ready = true;
        worker.steadyFrom = performance.now() + STEADY_MS;
        this.#setReady();
        this.#options.onReady();
        this.#letOneGo();
        if (this.#address !== undefined) send(worker, { type: 'address', url: this.#address });
        return;
      case 'heartbeat':
        worker.vitals = message.vitals;
        this.#recycle(worker);
        return;
      case 'retire':
        worker.lastWords ??= { what: message.why, runId: message.runId, stack: [] };
        this.retire(worker.id, RETIRE_MS, message.why);
        return;
      case 'signal':
        this.broadcast(message.signal, worker.id);
        this.#options.onSignal(message.signal);
        return;
      case 'reply':
        worker.calls.get(message.id)?.resolve(message.value);
        return;
      case 'refusal':
        worker.calls
          .get(message.id)
          ?.reject(
            new HoldpointError(knownCode(message.code), message.message, { details: message.details }),
          );
    }
  }

  /** Nothing hurries: it goes on taking runs until another does. */
  #recycle(worker: WorkerProcess): void {
    if (!worker.ready || worker.drain || worker.replaced !== undefined || this.#stopping) return;
    worker.replaced = this.#options.recycle.reason(asSeen(worker));
    if (worker.replaced !== undefined) this.#start();
  }

  /** One more takes runs: one that only waited for that need not any more. */
  #letOneGo(): void {
    const { drainMs } = this.#options.recycle;
    const worker = [...this.#workers.values()].find(
      ({ replaced, drain }) => replaced !== undefined && !drain,
    );
    if (worker?.replaced !== undefined) this.#drain(worker, drainMs, worker.replaced);
  }

  async #gone(worker: WorkerProcess, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const { log } = this.#options;
    this.#workers.delete(worker.id);
    const reason = endReason(worker, code, signal);
    if (!this.#stopping && !worker.drain)
      log.warn({ worker: worker.id, lastWords: worker.lastWords }, reason);
    // What cannot be taken back yet keeps nobody from working on the rest.
    const taken = this.#takeBack(worker, reason);
    const patience = new Promise((resolve) => setTimeout(resolve, TAKE_BACK_MS).unref());
    await (this.#stopping ? taken : Promise.race([taken, patience]));
    // Whoever hears of it finds the thread free: a call that held one may be tried again at once.
    for (const { reject } of worker.calls.values())
      reject(unavailable('The worker ended while it worked on this.'));
    if (this.#stopping || worker.drain || worker.replaced !== undefined) return;
    const failedStarts = failedStartsAfter(worker);
    const delayMs = restartDelayMs(failedStarts);
    if (delayMs === 0) this.#start(failedStarts);
    else this.#startLater(failedStarts, delayMs);
  }

  #startLater(failedStarts: number, delayMs: number): void {
    this.#options.log.warn({ failedStarts, delayMs }, 'workers end as they start: the next one starts later');
    const restart = (): WorkerProcess => {
      clearTimeout(timer);
      this.#restarts.delete(timer);
      return this.#start(failedStarts);
    };
    const timer = setTimeout(() => !this.#stopping && restart(), delayMs).unref();
    this.#restarts.set(timer, restart);
  }

  /** Tries until what the worker held is taken back. */
  async #takeBack(worker: WorkerProcess, reason: string): Promise<void> {
    const { id } = worker;
    const { log, onGone } = this.#options;
    const culprit = culpritOf(worker);
    for (let done = false; !done;) {
      try {
        await onGone({ workerId: id, culprit, reason });
        done = true;
      } catch (error) {
        log.error({ err: error, worker: id }, 'what the worker held cannot be taken back yet; trying again');
        if (this.#stopping) return;
        await new Promise((resolve) => setTimeout(resolve, TAKE_BACK_MS));
      }
    }
  }
}

/** What a worker gets whose step was cut: whatever of it still runs must not run on. */
const RETIRE_MS = 500;
/** What a worker that drained gets to exit by itself. */
const KILL_GRACE_MS = 2000;

const unavailable = (message: string): HoldpointError => new HoldpointError('worker_unavailable', message);

const knownCode = (code: string): ErrorCode => ERROR_CODES.find((known) => known === code) ?? 'internal';
