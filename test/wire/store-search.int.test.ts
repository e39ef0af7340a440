import { afterAll, describe, expect, it } from 'vitest';
import { EMBEDDING_DIMS, startEmbeddings } from '../support/embeddings.ts';
import { userProject } from '../support/project.ts';
import { refusalOf, useServer } from './server.ts';

const GRAPH = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({ query: Annotation(), found: Annotation() });
const look = async ({ query }, config) => {
  await config.store.put(['notes', 'graph'], 'own', { text: 'bread in the oven' });
  const found = await config.store.search(['notes'], { query, limit: 1 });
  return { found: found.map(({ key, score }) => ({ key, near: score > 0.9 })) };
};
export const graph = new StateGraph(State).addNode('look', look).addEdge(START, 'look').addEdge('look', END).compile();
`;

const embeddings = await startEmbeddings();
const config = userProject(
  {
    graphs: { notes: './graph.mjs:graph' },
    store: {
      index: { dims: EMBEDDING_DIMS, embed: 'openai:words', fields: ['text', 'lines[*].text'] },
      ttl: { refresh_on_read: true },
    },
  },
  { 'graph.mjs': GRAPH },
);

describe('search by meaning', () => {
  const server = useServer({ config, env: embeddings.env });
  afterAll(() => embeddings.close());
  const search = async (prefix: string[], options: object) =>
    (await server.client.store.searchItems(prefix, options)).items;

  it('finds what is nearest to the query, by the fields that are indexed', async () => {
    const { store } = server.client;
    await store.putItem(['docs'], 'baking', { text: 'Bread from the oven', other: 'sea sea sea' });
    await store.putItem(['docs'], 'sailing', { lines: [{ text: 'nothing' }, { text: 'a boat at sea' }] });
    await store.putItem(['docs'], 'secret', { text: 'boat and sea' }, { index: false });
    await store.putItem(['docs'], 'own', { title: 'boat', text: 'bread' }, { index: ['title'] });

    const found = await search(['docs'], { query: 'the sea and a boat' });
    const first = await search(['docs'], { query: 'bread', limit: 1, filter: { other: { $ne: null } } });

    expect(found.map(({ key }) => key)).toEqual(['sailing', 'own', 'baking', 'secret']);
    expect(found[0]?.score).toBeGreaterThan(0.99);
    expect(found.at(-1)).not.toHaveProperty('score');
    expect(first.map(({ key }) => key)).toEqual(['baking']);
    expect(embeddings.asked).not.toContain('sea sea sea');
  });

  it('forgets the meaning of what was written over or deleted', async () => {
    const { store } = server.client;
    await store.putItem(['over'], 'a', { text: 'boat' });
    await store.putItem(['over'], 'a', { text: 'bread' });
    await store.putItem(['over'], 'b', { text: 'boat' });
    await store.deleteItem(['over'], 'b');

    const found = await search(['over'], { query: 'boat' });

    expect(found.map(({ key, score }) => [key, (score ?? 1) < 0.1])).toEqual([['a', true]]);
  });

  it('works the same from within a graph', async () => {
    const { thread_id } = await server.client.threads.create();

    const state = await server.client.runs.wait(thread_id, 'notes', { input: { query: 'oven bread' } });

    expect(state).toMatchObject({ found: [{ key: 'own', near: true }] });
  });

  it('writes nothing when its text cannot be embedded, and says so', async () => {
    embeddings.fail(true);
    const put = server.client.store.putItem(['down'], 'a', { text: 'boat' });

    expect(await refusalOf(put)).toMatchObject({ status: 503, code: 'embeddings_unavailable' });
    embeddings.fail(false);
    expect(await server.client.store.getItem(['down'], 'a')).toBeNull();
  });
});
