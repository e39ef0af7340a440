import { afterEach, describe, expect, it } from 'vitest';
import { sweepStore } from '../../src/composition/store.ts';
import { createStore } from '../../src/resources/store.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { temporaryFolder } from '../support/server.ts';

const MINUTE = 60_000;

describe('items of the store', () => {
  let storage: Storage | undefined;
  afterEach(() => storage?.close());

  const open = async (refreshOnRead: boolean) => {
    storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
    let now = 1_000_000;
    const clock = { now: () => now };
    const settings = { defaultTtlMs: null, refreshOnRead, sweepEveryMs: MINUTE };
    const store = createStore({ storage, clock, settings });
    const id = { namespace: ['a'], key: 'k' };
    await store.put({ ...id, value: {}, ttlMs: 10 * MINUTE });
    return {
      store,
      storage,
      id,
      sweep: () => sweepStore({ storage: storage as Storage, config: settings }).run(now),
      pass: (minutes: number) => (now += minutes * MINUTE),
    };
  };

  it('are refused when no index would take their id, also by a graph', async () => {
    const { store } = await open(true);
    const put = (label: string, key: string) => store.put({ namespace: ['a', label], key, value: {} });
    await put('n', 'k'.repeat(2045));
    await expect(put('n', '文'.repeat(1000))).rejects.toMatchObject({
      code: 'invalid_request',
      details: { field: 'key' },
    });
    await expect(put('n'.repeat(2000), 'k'.repeat(100))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  it('live on while they are read', async () => {
    const { store, id, pass } = await open(true);

    pass(9);
    expect(await store.get(id)).toBeDefined();
    pass(9);
    expect(await store.search({ prefix: ['a'], limit: 1, offset: 0 })).toHaveLength(1);
    pass(9);
    expect(await store.get(id)).toBeDefined();
    pass(10);
    expect(await store.get(id)).toBeUndefined();
  });

  it('expire in spite of being read when the reader or the settings say so', async () => {
    const { store, id, pass } = await open(false);

    pass(9);
    await store.get(id);
    pass(1);
    expect(await store.get(id)).toBeUndefined();
    await store.put({ ...id, value: {}, ttlMs: 10 * MINUTE });
    pass(9);
    await store.get(id, { refresh: true });
    pass(9);
    expect(await store.get(id, { refresh: false })).toBeDefined();
    pass(1);
    expect(await store.get(id)).toBeUndefined();
  });

  it('are created anew when written after they expired', async () => {
    const { store, id, pass } = await open(false);
    const first = await store.get(id);

    pass(11);
    await store.put({ ...id, value: {} });

    const second = await store.get(id);
    expect(second?.createdAt).toBe(second?.updatedAt);
    expect(second?.createdAt).not.toBe(first?.createdAt);
  });

  it('are swept away, and only those', async () => {
    const { store, storage: kept, sweep, pass } = await open(false);
    await store.put({ namespace: ['a'], key: 'stays', value: {} });

    pass(11);
    await sweep();

    const left = [];
    for await (const page of kept.items.scan([], 0)) left.push(...page);
    expect(left.map(({ key }) => key)).toEqual(['stays']);
  });
});

describe('a large store', () => {
  it('is read to the end, page by page', async () => {
    const storage = await openEmbeddedStorage({ dataDir: temporaryFolder(), synchronous: 'NORMAL' });
    const store = createStore({
      storage,
      clock: { now: () => 0 },
      settings: { defaultTtlMs: null, refreshOnRead: true },
      index: { dims: 1, fields: ['$'], embed: async (texts) => Promise.resolve(texts.map(() => [1])) },
    });
    const COUNT = 1203;
    await Promise.all(
      Array.from({ length: COUNT }, (_, n) =>
        store.put({ namespace: ['n', `${n % 7}`], key: `${n}`, value: { n } }),
      ),
    );

    const all = await store.search({ prefix: ['n'], filter: { n: { $gte: 0 } }, limit: 5000, offset: 0 });
    const near = await store.search({ prefix: ['n'], query: 'x', limit: 5000, offset: 0 });

    expect(new Set(all.map(({ key }) => key)).size).toBe(COUNT);
    expect(near.filter(({ score }) => score === 1)).toHaveLength(COUNT);
    await storage.close();
  });
});
