import { setImmediate } from 'node:timers/promises';
import { Annotation, StateGraph, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { AsyncBatchedStore, InMemoryStore } from '@langchain/langgraph-checkpoint';
import { beforeAll, expect, it, vi } from 'vitest';
import { markUnavailable } from '../../src/model/errors.ts';
import { batchStoreCalls } from '../../src/engine/batch-store-calls.ts';

beforeAll(batchStoreCalls);

const started = () => {
  const store = new InMemoryStore();
  const batch = vi.spyOn(store, 'batch');
  const batched = new AsyncBatchedStore(store);
  batched.start();
  return { batched, batch };
};

it('sends what is asked in one turn together, and what is asked later after it', async () => {
  const { batched, batch } = started();
  await Promise.all([batched.put(['a'], 'k', { n: 1 }), batched.put(['b'], 'k', { n: 2 })]);
  expect(batch).toHaveBeenCalledTimes(1);
  const [a, b] = await Promise.all([batched.get(['a'], 'k'), batched.get(['b'], 'k')]);
  expect([a?.value, b?.value]).toEqual([{ n: 1 }, { n: 2 }]);
  expect(batch).toHaveBeenCalledTimes(2);
});

it('sends a call that comes while others are at work when those are done', async () => {
  const { batched, batch } = started();
  const first = batched.put(['a'], 'k', { n: 1 });
  await setImmediate();
  const second = batched.get(['a'], 'k');
  await first;
  expect((await second)?.value).toEqual({ n: 1 });
  expect(batch).toHaveBeenCalledTimes(2);
});

it('fails the calls of a batch that fails, and none after it', async () => {
  const { batched, batch } = started();
  batch.mockRejectedValueOnce(new Error('the store is away'));
  await expect(batched.put(['a'], 'k', { n: 1 })).rejects.toThrow('the store is away');
  await batched.put(['a'], 'k', { n: 2 });
  expect((await batched.get(['a'], 'k'))?.value).toEqual({ n: 2 });
});

it('fails a call that is refused alone, and does the others sent with it', async () => {
  const { batched, batch } = started();
  const send = batch.getMockImplementation() ?? InMemoryStore.prototype.batch;
  batch.mockImplementation(function (this: InMemoryStore, operations) {
    if (operations.some((one) => 'value' in one && one.key === 'bad')) throw new TypeError('no JSON');
    return send.call(this, operations) as never;
  });
  const [bad, good, read] = await Promise.allSettled([
    batched.put(['a'], 'bad', { n: 1 }),
    batched.put(['a'], 'good', { n: 2 }),
    batched.get(['a'], 'good'),
  ]);
  expect(bad).toMatchObject({ status: 'rejected' });
  expect(good).toMatchObject({ status: 'fulfilled' });
  expect(read).toMatchObject({ status: 'fulfilled', value: { value: { n: 2 } } });
});

it('fails all calls of a batch once when storage cannot be used', async () => {
  const { batched, batch } = started();
  const away = new Error('the store is away');
  markUnavailable(away);
  batch.mockRejectedValue(away);
  const all = [batched.get(['a'], 'k'), batched.get(['a'], 'l')];
  for (const one of await Promise.allSettled(all)) expect(one).toMatchObject({ reason: away });
  expect(batch).toHaveBeenCalledTimes(1);
});

it('stops when what was asked is done', async () => {
  const { batched, batch } = started();
  const asked = batched.put(['a'], 'k', { n: 1 });
  await batched.stop();
  expect(batch).toHaveBeenCalledTimes(1);
  await asked;
});

it('sets no timer while a graph with a store runs', async () => {
  const node = async (_: unknown, { store }: LangGraphRunnableConfig) => {
    for (let turn = 0; turn < 5; turn++) await setImmediate();
    await store?.put(['a'], 'k', { n: 1 });
    return { value: (await store?.get(['a'], 'k'))?.value['n'] as number };
  };
  const graph = new StateGraph(Annotation.Root({ value: Annotation<number> }))
    .addNode('node', node)
    .addEdge('__start__', 'node')
    .compile({ store: new InMemoryStore() });
  const timers = vi.spyOn(globalThis, 'setTimeout');
  expect(await graph.invoke({})).toEqual({ value: 1 });
  expect(timers).not.toHaveBeenCalled();
  timers.mockRestore();
});
