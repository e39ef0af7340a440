import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { BACKEND } from '../support/backend.ts';
import { drives } from './rows.ts';
import { refusal, refusalOf, useServer } from './server.ts';

const AGENT = 'fe096781-5601-53d2-b2f6-0d3403f7e9ca';

describe('assistants', () => {
  const server = useServer();

  it('gives every graph an assistant whose id any client can derive from the graph id', async () => {
    const agent = await server.client.assistants.get('agent');
    expect(agent).toMatchObject({
      assistant_id: AGENT,
      graph_id: 'agent',
      name: 'agent',
      version: 1,
      config: {},
      context: {},
      metadata: { created_by: 'system' },
    });
    expect(Date.parse(agent.created_at)).not.toBeNaN();
    expect(Date.parse(agent.updated_at)).not.toBeNaN();
    expect(await server.client.assistants.get(AGENT)).toEqual(agent);
  });

  // As a node leaves them that dies in the middle of the deletion. Where the data is on Postgres other nodes go on meanwhile.
  it.runIf(BACKEND === 'embedded')('cancels what a deletion that was cut off has left', async () => {
    const { client, dataDir } = server.process;
    const { assistant_id: assistantId } = await client.assistants.create({ graphId: 'steps' });
    const { thread_id: threadId } = await client.threads.create();
    const { run_id: runId } = await client.runs.create(threadId, assistantId, {
      input: {},
      afterSeconds: 3600,
    });
    const ledger = new Database(join(dataDir, 'holdpoint.db'), { timeout: 5000 });
    ledger.prepare('DELETE FROM assistants WHERE assistant_id = ?').run(assistantId);
    ledger.close();
    await expect
      .poll(async () => (await server.send('GET', `/threads/${threadId}/runs/${runId}`)).json)
      .toMatchObject({ lifecycle: { state: 'cancelled', reason: 'its assistant was deleted' } });
  });

  it('finds the assistants of one graph', async () => {
    const found = await server.client.assistants.search({ graphId: 'agent' });
    expect(found.map(({ assistant_id }) => assistant_id)).toEqual([AGENT]);
  });

  it('finds assistants by what their metadata contains, as LangGraph Studio asks', async () => {
    const system = await server.client.assistants.search({ metadata: { created_by: 'system' }, limit: 100 });
    expect(system.map(({ graph_id }) => graph_id)).toContain('agent');
    expect(await server.client.assistants.search({ metadata: { created_by: 'somebody' } })).toEqual([]);
  });

  it('finds assistants by a part of their name, in whatever case', async () => {
    const found = await server.client.assistants.search({ name: 'QUESTIONS' });
    expect(found.map(({ name }) => name).sort()).toEqual(['parallel-questions', 'two-questions']);
  });

  it('sorts and pages, and says in headers how many there are and where the next page begins', async () => {
    const page = (offset: number) =>
      server.send('POST', '/assistants/search', { limit: 3, offset, sort_by: 'graph_id', sort_order: 'asc' });
    const first = await page(0);
    const all = (
      await server.client.assistants.search({ limit: 1000, sortBy: 'graph_id', sortOrder: 'asc' })
    ).map(({ graph_id }) => graph_id);
    const graphs = ({ json }: { json: unknown }) =>
      (json as { graph_id: string }[]).map(({ graph_id }) => graph_id);
    expect(all).toEqual(all.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(graphs(first)).toEqual(all.slice(0, 3));
    expect(first.headers.get('x-pagination-total')).toBe(String(all.length));
    expect(first.headers.get('x-pagination-next')).toBe('3');
    const last = await page(all.length - 1);
    expect(graphs(last)).toEqual(all.slice(-1));
    expect(last.headers.get('x-pagination-next')).toBeNull();
  });

  it('tells the SDK where the next page begins', async () => {
    const { next } = await server.client.assistants.search({ limit: 1, includePagination: true });
    expect(next).toBe('1');
  });

  it('answers only the fields that were selected', async () => {
    const [agent] = await server.client.assistants.search({ graphId: 'agent', select: ['graph_id', 'name'] });
    expect(agent).toEqual({ graph_id: 'agent', name: 'agent' });
  });

  it('draws a graph as nodes and edges', async () => {
    const graph = await server.client.assistants.getGraph('agent');
    expect(graph.nodes.map(({ id }) => String(id)).sort()).toEqual([
      '__end__',
      '__start__',
      'gate',
      'model',
      'tools',
    ]);
    expect(graph.nodes.find(({ id }) => id === 'gate')).toMatchObject({ type: 'runnable' });
    expect(graph.nodes.find(({ id }) => id === '__start__')).toMatchObject({ type: 'schema' });
    expect(graph.edges).toContainEqual(
      expect.objectContaining({ source: 'model', target: 'gate', conditional: true }),
    );
    expect(graph.edges).toContainEqual(
      expect.objectContaining({ source: 'tools', target: 'model', conditional: false }),
    );
  });

  it('opens subgraphs in the drawing only when asked', async () => {
    const ids = async (xray?: boolean | number) =>
      (await server.client.assistants.getGraph('nested', xray === undefined ? {} : { xray })).nodes.map(
        ({ id }) => id,
      );
    expect(await ids()).toContain('child');
    expect(await ids()).not.toContain('child:ask');
    expect(await ids(true)).toEqual(expect.arrayContaining(['child:look', 'child:ask']));
    expect(await ids(1)).toEqual(await ids(true));
    expect(await ids(false)).toEqual(await ids());
  });

  it('builds a graph that a function makes in a worker, with the configuration of the assistant', async () => {
    const config = { configurable: { greeting: 'moin' } };
    const { assistant_id: id } = await server.client.assistants.create({ graphId: 'factory', config });
    const graph = await server.client.assistants.getGraph(id);
    const made = graph.nodes.find((node) => String(node.id).startsWith('pid-'))?.id;
    expect(made).toMatch(/^pid-\d+-moin$/);
    expect(made).not.toBe(`pid-${server.process.process.pid}-moin`);
    const { state_schema: schema } = await server.client.assistants.getSchemas(id);
    expect(schema).toMatchObject({ properties: { said: {} } });
    expect(await server.client.assistants.getSubgraphs(id)).toEqual({});
  });

  it('reads the states of a thread by the graph that a function makes of what its run was given', async () => {
    const { thread_id: thread } = await server.client.threads.create();
    const config = { configurable: { greeting: 'servus' } };
    await server.client.runs.wait(thread, 'factory', { input: {}, config, interruptAfter: ['say'] });
    const state = await server.client.threads.getState(thread);
    expect(state).toMatchObject({
      values: { said: 'servus' },
      next: [expect.stringMatching(/^pid-\d+-servus$/)],
    });
    expect(state.next).not.toContain(`pid-${server.process.process.pid}-servus`);
    const history = await server.client.threads.getHistory(thread);
    expect(history.map(({ next }) => next)).toEqual([state.next, ['say'], ['__start__']]);
    const copy = await server.client.threads.copy(thread);
    expect((await server.client.threads.getState(copy.thread_id)).next).toEqual(state.next);
  });

  it('refuses a depth that is none', async () => {
    const answer = await server.send('GET', '/assistants/agent/graph?xray=deep');
    expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request', field: 'xray' });
  });

  it.each(['nobody', '00000000-0000-0000-0000-000000000000', '%E0%A4%A'])(
    'does not know the assistant %s',
    async (id) => {
      for (const path of [`/assistants/${id}`, `/assistants/${id}/graph`]) {
        const answer = await server.send('GET', path);
        expect(refusal(answer)).toMatchObject({ status: 404, code: 'assistant_not_found' });
        expect(answer.json).toMatchObject({ message: 'Assistant not found' });
      }
    },
  );

  it('tells the SDK that an assistant is unknown', async () => {
    expect(await refusalOf(server.client.assistants.get('nobody'))).toMatchObject({
      status: 404,
      message: 'Assistant not found',
    });
  });

  drives(server, ['POST /assistants/search', 'GET /assistants/{id}', 'GET /assistants/{id}/graph']);
});
