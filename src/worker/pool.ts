import { fork, type ChildProcess } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { ERROR_CODES, HoldpointError, type ErrorCode } from '../model/errors.ts';
import type { Signal } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import {
  WATCHDOG_FD,
  type BlockedReport,
  type FromWorker,
  type ToWorker,
  type WorkerCalls,
  type WorkerMethod,
} from './protocol.ts';

export interface PoolOptions {
  /** The module a worker process runs, and what it is told. */
  entry: string;
  options: (workerId: string) => Record<string, unknown>;
  env: NodeJS.ProcessEnv;
  size: number;
  newId: () => string;
  /** A signal a worker sends to the other processes. */
  onSignal: (signal: Signal) => void;
  /** Takes back what a worker held; called when it is gone, before another takes its place. */
  onGone: (input: { workerId: string; culprit: string | undefined; reason: string }) => Promise<void>;
  log: Logger;
}

interface WorkerProcess {
  id: string;
  child: ChildProcess;
  startedAt: number;
  ready: boolean;
  lastBeat: number;
  blocked: BlockedReport | undefined;
  calls: Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>;
}

/** Before a worker that died while starting is started again. */
const RESTART_DELAY_MS = 1000;

/** Starts the worker processes, replaces those that end, and passes messages to and fro. */
export class WorkerPool {
  readonly #options: PoolOptions;
  readonly #workers = new Map<string, WorkerProcess>();
  #stopping = false;
  #lastCall = 0;

  constructor(options: PoolOptions) {
    this.#options = options;
    for (let i = 0; i < options.size; i++) this.#start();
  }

  /** The worker processes as they are now. */
  list(): { id: string; pid: number | undefined; ready: boolean; lastBeat: number }[] {
    return [...this.#workers.values()].map(({ id, child, ready, lastBeat }) => ({
      id,
      pid: child.pid,
      ready,
      lastBeat,
    }));
  }

  broadcast(signal: Signal, except?: string): void {
    for (const worker of this.#workers.values()) {
      if (worker.id !== except) send(worker, { type: 'signal', signal });
    }
  }

  /**
   * Asks a worker to do something that may run a graph's code.
   * @throws {HoldpointError} what the worker refuses with; `worker_unavailable` when none answers in time.
   */
  async call<M extends WorkerMethod>(method: M, params: WorkerCalls[M], timeoutMs: number): Promise<unknown> {
    const worker = [...this.#workers.values()].find(({ ready }) => ready);
    if (!worker) throw unavailable('No worker is ready yet. Try again in a moment.');
    const id = ++this.#lastCall;
    let timer: NodeJS.Timeout | undefined;
    try {
      return await new Promise((resolve, reject) => {
        worker.calls.set(id, { resolve, reject });
        timer = setTimeout(
          () => reject(unavailable(`The worker has not answered for ${timeoutMs} ms.`)),
          timeoutMs,
        );
        send(worker, { type: 'call', id, method, params });
      });
    } finally {
      clearTimeout(timer);
      worker.calls.delete(id);
    }
  }

  /** Lets every worker drain for so long, and waits until all are gone. */
  async stop(drainTimeoutMs: number): Promise<void> {
    this.#stopping = true;
    const gone = [...this.#workers.values()].map((worker) => this.#end(worker, drainTimeoutMs));
    await Promise.all(gone);
  }

  async #end(worker: WorkerProcess, drainTimeoutMs: number): Promise<void> {
    const exited = new Promise((resolve) => worker.child.once('exit', resolve));
    if (worker.child.exitCode !== null || worker.child.signalCode !== null) return;
    send(worker, { type: 'drain', timeoutMs: drainTimeoutMs });
    const kill = setTimeout(() => worker.child.kill('SIGKILL'), drainTimeoutMs + KILL_GRACE_MS);
    await exited;
    clearTimeout(kill);
  }

  #start(): void {
    const { entry, options, env, newId } = this.#options;
    const id = newId();
    const child = fork(entry, [JSON.stringify(options(id))], {
      env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc', 'pipe'],
    });
    const worker: WorkerProcess = {
      id,
      child,
      startedAt: Date.now(),
      ready: false,
      lastBeat: Date.now(),
      blocked: undefined,
      calls: new Map(),
    };
    this.#workers.set(id, worker);
    child.on('message', (message) => this.#receive(worker, message as FromWorker));
    child.on('error', (error) => this.#options.log.error({ err: error, worker: id }, 'worker process error'));
    createInterface({ input: child.stdio[WATCHDOG_FD] as Readable }).on('line', (line) => {
      worker.blocked = JSON.parse(line) as BlockedReport;
    });
    child.once('close', (code, signal) => void this.#gone(worker, code, signal));
  }

  #receive(worker: WorkerProcess, message: FromWorker): void {
    worker.lastBeat = Date.now();
    switch (message.type) {
      case 'ready':
        worker.ready = true;
        return;
      case 'heartbeat':
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

  async #gone(worker: WorkerProcess, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const { log, onGone } = this.#options;
    this.#workers.delete(worker.id);
    for (const { reject } of worker.calls.values())
      reject(unavailable('The worker ended while it worked on this.'));
    const reason = endReason(worker, code, signal);
    if (!this.#stopping) log.warn({ worker: worker.id, blocked: worker.blocked }, reason);
    for (let done = false; !done;) {
      try {
        await onGone({ workerId: worker.id, culprit: worker.blocked?.runId ?? undefined, reason });
        done = true;
      } catch (error) {
        log.error(
          { err: error, worker: worker.id },
          'what the worker held cannot be taken back yet; trying again',
        );
        if (this.#stopping) return;
        await new Promise((resolve) => setTimeout(resolve, RESTART_DELAY_MS));
      }
    }
    if (this.#stopping) return;
    if (worker.ready) this.#start();
    else setTimeout(() => !this.#stopping && this.#start(), RESTART_DELAY_MS).unref();
  }
}

/** What a worker that drained gets to exit by itself. */
const KILL_GRACE_MS = 2000;

const send = ({ child }: WorkerProcess, message: ToWorker): void => {
  if (child.connected) child.send(message, () => {});
};

const endReason = (
  { blocked }: WorkerProcess,
  code: number | null,
  signal: NodeJS.Signals | null,
): string => {
  if (blocked)
    return `the worker's event loop was blocked${blocked.stack[0] ? ` in ${blocked.stack[0]}` : ''}`;
  return signal ? `the worker was killed by ${signal}` : `the worker exited with code ${code}`;
};

const unavailable = (message: string): HoldpointError => new HoldpointError('worker_unavailable', message);

const knownCode = (code: string): ErrorCode => ERROR_CODES.find((known) => known === code) ?? 'internal';
