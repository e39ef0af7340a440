import type { Clock } from '../model/clock.ts';
import { ERROR_CODES, HoldpointError } from '../model/errors.ts';
import type { Storage, WorkerOrder } from '../storage/ports.ts';
import type { WorkerPool } from './pool.ts';
import type { Workers } from './workers.ts';

interface SharedWorkersDeps {
  storage: Storage;
  clock: Clock;
  newId: () => string;
  /** Workers of this process, if it has any: they are asked first. */
  pool?: WorkerPool | undefined;
}

/** What a worker answered a call from another process. */
export type CallAnswer =
  { value: unknown } | { code: string; message: string; details: Record<string, unknown> };

/**
 * Workers on any machine. What they are asked and the orders to end one are rows, which the process that watches
 * the worker acts on; signals only make that sooner.
 */
export const sharedWorkers = ({ storage, clock, newId, pool }: SharedWorkersDeps): Workers => ({
  list: async () => {
    const now = clock.now();
    const own = pool?.list() ?? [];
    const known = await storage.workers.list();
    const others = known.filter(
      ({ seen, expiresMs }) => expiresMs > now && !own.some(({ id }) => id === seen.id),
    );
    return [...own, ...others.map(({ seen }) => seen)];
  },

  kill: async (workerId, runId, what) => {
    await order(storage, workerId, { kind: 'kill', runId, what });
  },

  retire: async (workerId, timeoutMs, why) =>
    pool?.retire(workerId, timeoutMs, why) || order(storage, workerId, { kind: 'drain', timeoutMs, why }),

  call: async (method, params, timeoutMs) => {
    if (pool) return pool.call(method, params, timeoutMs);
    const callId = newId();
    const call = { callId, method, params: JSON.stringify(params), deadlineMs: clock.now() + timeoutMs };
    const answered = createAnswerWait(storage, callId, timeoutMs);
    try {
      await storage.transaction((ledger) => ledger.calls.insert(call), { flush: false });
      storage.signals.publish({ kind: 'workers' });
      return read(await answered.wait(), timeoutMs);
    } finally {
      answered.stop();
      await storage.transaction((ledger) => ledger.calls.remove(callId), { flush: false });
    }
  },

  replace: async (drainTimeoutMs) => pool?.replace(drainTimeoutMs),
});

const order = async (storage: Storage, workerId: string, what: WorkerOrder): Promise<boolean> => {
  const known = await storage.transaction((ledger) => ledger.workers.order(workerId, what));
  storage.signals.publish({ kind: 'workers' });
  return known;
};

const read = (text: string | undefined, timeoutMs: number): unknown => {
  if (text === undefined)
    throw new HoldpointError('worker_unavailable', `No worker has answered for ${timeoutMs} ms.`);
  const answer = JSON.parse(text) as CallAnswer;
  if ('code' in answer) {
    const code = ERROR_CODES.find((known) => known === answer.code) ?? 'internal';
    throw new HoldpointError(code, answer.message, { details: answer.details });
  }
  return answer.value;
};

/** A lost signal costs this much. */
const LOOK_AGAIN_MS = 250;

/** Waits for the answer to a call; undefined when none came in time. */
const createAnswerWait = (storage: Storage, callId: string, timeoutMs: number) => {
  const deadline = performance.now() + timeoutMs;
  let wake = (): void => {};
  const stop = storage.signals.subscribe((signal) => {
    if (signal.kind === 'answered' && signal.callId === callId) wake();
  });
  const wait = async (): Promise<string | undefined> => {
    for (;;) {
      const heard = new Promise<void>((resolve) => (wake = resolve));
      const answer = await storage.calls.answerOf(callId);
      if (answer !== undefined || performance.now() > deadline) return answer;
      let timer: NodeJS.Timeout | undefined;
      await Promise.race([heard, new Promise((resolve) => (timer = setTimeout(resolve, LOOK_AGAIN_MS)))]);
      clearTimeout(timer);
    }
  };
  return { wait, stop };
};
