import { describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

/** A graph that does with its store what its input says, and answers what it found. */
const GRAPH = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({ op: Annotation(), found: Annotation() });
const use = async ({ op }, config) => {
  const { store } = config;
  if (op.kind === 'put') await store.put(op.namespace, op.key, op.value);
  if (op.kind === 'delete') await store.delete(op.namespace, op.key);
  const item = await store.get(op.namespace, op.key);
  const items = await store.search(op.namespace.slice(0, 1), { filter: op.filter });
  return { found: { item: item?.value ?? null, dates: item ? item.createdAt instanceof Date : null, keys: items.map((one) => one.key) } };
};
export const graph = new StateGraph(State).addNode('use', use).addEdge(START, 'use').addEdge('use', END).compile();
`;

const config = userProject(
  { graphs: { memory: './graph.mjs:graph' }, store: { ttl: { default_ttl: 60, refresh_on_read: false } } },
  { 'graph.mjs': GRAPH },
);

describe('the store', () => {
  const server = useServer({ config });
  const put = (namespace: string[], key: string, value: Record<string, unknown>) =>
    server.client.store.putItem(namespace, key, value);

  it('keeps items, also over a restart', async () => {
    await put(['kept', 'anna'], 'likes', { fruit: 'apple' });
    await put(['kept', 'anna'], 'likes', { fruit: 'pear' });
    const before = await server.client.store.getItem(['kept', 'anna'], 'likes');
    await server.restart();

    const item = await server.client.store.getItem(['kept', 'anna'], 'likes');

    expect(item).toEqual(before);
    expect(item).toMatchObject({ namespace: ['kept', 'anna'], key: 'likes', value: { fruit: 'pear' } });
    expect(Date.parse(String(item?.createdAt))).toBeLessThanOrEqual(Date.parse(String(item?.updatedAt)));
  });

  it('answers null for what is not there, and deletes without asking whether it is', async () => {
    await put(['gone'], 'a', {});
    await server.client.store.deleteItem(['gone'], 'a');
    await server.client.store.deleteItem(['gone'], 'a');

    const item = await server.client.store.getItem(['gone'], 'a');
    const { namespaces } = await server.client.store.listNamespaces({ prefix: ['gone'] });

    expect(item).toBeNull();
    expect(namespaces).toEqual([]);
  });

  it('finds by whole labels of the namespace, last changed first, page by page', async () => {
    for (const key of ['a', 'b', 'c']) await put(['pages', 'one'], key, { key });
    await put(['pages-not'], 'x', {});
    await put(['Pages'], 'y', {});
    const keys = async (options: object) =>
      (await server.client.store.searchItems(['pages'], options)).items.map(({ key }) => key);

    expect(await keys({ limit: 2 })).toEqual(['c', 'b']);
    expect(await keys({ limit: 2, offset: 2 })).toEqual(['a']);
  });

  it('filters by equality and by operators', async () => {
    const items = [
      { name: 'one', size: 1, tags: ['x'], at: '2026-01-01' },
      { name: 'two', size: 2, tags: ['y'], at: '2026-02-01' },
      { name: 'three', size: 3, at: null },
    ];
    for (const value of items) await put(['filters'], value.name, value);
    const names = async (filter: Record<string, unknown>) =>
      (await server.client.store.searchItems(['filters'], { filter })).items.map(({ key }) => key).toSorted();

    expect(await names({ size: 2 })).toEqual(['two']);
    expect(await names({ tags: ['x'] })).toEqual(['one']);
    expect(await names({ at: null })).toEqual(['three']);
    expect(await names({ size: { $gt: 1, $lte: 3 } })).toEqual(['three', 'two']);
    expect(await names({ size: { $gte: 2 }, name: { $ne: 'two' } })).toEqual(['three']);
    expect(await names({ at: { $lt: '2026-01-15' } })).toEqual(['one']);
    expect(await names({ name: { $in: ['one', 'three'] } })).toEqual(['one', 'three']);
    expect(await names({ name: { $nin: ['one', 'three'] } })).toEqual(['two']);
    const unknown = server.client.store.searchItems(['filters'], { filter: { size: { $near: 1 } } });
    expect(await refusalOf(unknown)).toMatchObject({ status: 422, code: 'invalid_request' });
  });

  it('lists namespaces by prefix, suffix, wildcard and depth', async () => {
    for (const namespace of [
      ['tree', 'a', 'x'],
      ['tree', 'a', 'y'],
      ['tree', 'b', 'x'],
    ])
      await put(namespace, 'k', {});
    const list = async (options: object) =>
      (await server.client.store.listNamespaces(options)).namespaces.map((labels) => labels.join('/'));

    expect(await list({ prefix: ['tree'] })).toEqual(['tree/a/x', 'tree/a/y', 'tree/b/x']);
    expect(await list({ prefix: ['tree', '*', 'x'] })).toEqual(['tree/a/x', 'tree/b/x']);
    expect(await list({ prefix: ['tree'], suffix: ['y'] })).toEqual(['tree/a/y']);
    expect(await list({ prefix: ['tree'], maxDepth: 2 })).toEqual(['tree/a', 'tree/b']);
    expect(await list({ prefix: ['tree'], limit: 1, offset: 1 })).toEqual(['tree/a/y']);
  });

  it('refuses labels that are empty or contain a dot, and a value that is no object', async () => {
    const refused = async (body: object) => refusal(await server.send('PUT', '/store/items', body));
    const item = { key: 'k', value: {} };

    expect(await refused({ ...item, namespace: ['a.b'] })).toMatchObject({
      status: 422,
      field: 'namespace.0',
    });
    expect(await refused({ ...item, namespace: [''] })).toMatchObject({ status: 422, field: 'namespace.0' });
    expect(await refused({ ...item, namespace: [] })).toMatchObject({ status: 422, field: 'namespace' });
    expect(await refused({ ...item, namespace: ['langgraph'] })).toMatchObject({ status: 422 });
    expect(await refused({ ...item, namespace: ['a'], value: [1] })).toMatchObject({ field: 'value' });
  });

  it('lets items expire, those given a time and those under the default', async () => {
    await server.client.store.putItem(['mortal'], 'brief', {}, { ttl: 0.0001 });
    await server.client.store.putItem(['mortal'], 'always', {}, { ttl: null });
    await put(['mortal'], 'default', {});
    const keys = async () =>
      (await server.client.store.searchItems(['mortal'])).items.map(({ key }) => key).toSorted();

    await expect.poll(keys).toEqual(['always', 'default']);
    expect(await server.client.store.getItem(['mortal'], 'brief')).toBeNull();
  });

  it('is the store that a graph sees', async () => {
    const run = async (op: object) => {
      const { thread_id } = await server.client.threads.create();
      const state = await server.client.runs.wait(thread_id, 'memory', { input: { op } });
      return (state as { found: unknown }).found;
    };
    await put(['graph', 'in'], 'from-client', { n: 1 });

    const found = await run({
      kind: 'put',
      namespace: ['graph', 'out'],
      key: 'from-graph',
      value: { n: 2 },
      filter: { n: { $gt: 1 } },
    });

    expect(found).toEqual({ item: { n: 2 }, dates: true, keys: ['from-graph'] });
    expect(await server.client.store.getItem(['graph', 'out'], 'from-graph')).toMatchObject({
      value: { n: 2 },
    });
    expect(await run({ kind: 'delete', namespace: ['graph', 'in'], key: 'from-client' })).toEqual({
      item: null,
      dates: null,
      keys: ['from-graph'],
    });
  });

  it('fails the run of a graph that writes under labels that cannot be', async () => {
    const { thread_id } = await server.client.threads.create();
    const op = { kind: 'put', namespace: ['a.b'], key: 'k', value: {} };

    const result = await server.client.runs.wait(thread_id, 'memory', { input: { op }, raiseError: false });

    expect(JSON.stringify(result)).toContain('a label with a dot');
  });

  drives(server, [
    'PUT /store/items',
    'GET /store/items',
    'DELETE /store/items',
    'POST /store/items/search',
    'POST /store/namespaces',
  ]);
});
