import { AsyncBatchedStore, type BaseStore, type Operation } from '@langchain/langgraph-checkpoint';
import { LeaseLostError } from '../model/errors.ts';
import { isOfStorage } from './outcome.ts';

interface Call {
  operation: Operation;
  resolve: (result: unknown) => void;
  reject: (error: unknown) => void;
}

/** What of LangGraph's class is used here; its types keep it private. */
interface Batched {
  store: BaseStore;
  queue: Map<number, Call>;
  nextKey: number;
  running: boolean;
  processingTask: Promise<void> | null;
}

/**
 * Lets the store calls of one turn of the event loop travel together, as LangGraph does, without its timer: that looks
 * for calls a thousand times a second as long as a graph runs, and keeps its end waiting for the last look. Applies to
 * every graph that uses our copy of LangGraph; to be called before the first runs.
 */
export const batchStoreCalls = (): void => {
  Object.assign(AsyncBatchedStore.prototype, {
    start(this: Batched) {
      this.running = true;
    },
    async stop(this: Batched) {
      this.running = false;
      await this.processingTask;
    },
    enqueueOperation(this: Batched, operation: Operation) {
      return new Promise((resolve, reject) => {
        this.queue.set(this.nextKey++, { operation, resolve, reject });
        this.processingTask ??= sendQueued(this);
      });
    },
  });
};

/** One batch after the other: a call sees what those before it have written. */
const sendQueued = async (batched: Batched): Promise<void> => {
  while (batched.queue.size > 0) {
    await endOfTurn();
    const calls = [...batched.queue.values()];
    batched.queue.clear();
    await sendBatch(batched.store, calls);
  }
  batched.processingTask = null;
};

const endOfTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/** One call that is refused is not the others' failure: each is then sent by itself, in their order. */
const sendBatch = async (store: BaseStore, calls: Call[]): Promise<void> => {
  try {
    const results: unknown[] = await store.batch(calls.map(({ operation }) => operation));
    calls.forEach(({ resolve }, place) => resolve(results[place]));
  } catch (error) {
    const forAll = calls.length === 1 || isOfStorage(error) || error instanceof LeaseLostError;
    if (forAll) calls.forEach(({ reject }) => reject(error));
    else for (const call of calls) await sendBatch(store, [call]);
  }
};
