import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { refusal, useServer } from '../wire/server.ts';

const GRAPH = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({ seen: Annotation(), n: Annotation() });
export const graph = new StateGraph(State)
  .addNode('look', ({ n }, { configurable: c }) => ({
    n: (n ?? 0) + 1,
    seen: {
      auth: Object.keys(c).filter((key) => key.startsWith('langgraph_auth')),
      thread: c.thread_id,
      run: c.run_id,
      graph: c.graph_id,
      mine: c.mine,
    },
  }))
  .addEdge(START, 'look').addEdge('look', END).compile();
`;
const config = userProject({ graphs: { look: './graph.mjs:graph' } }, { 'graph.mjs': GRAPH });

describe('what a caller says in config.configurable', () => {
  const server = useServer({ config });
  const FORGED = {
    langgraph_auth_user: { identity: 'root', permissions: ['admin'] },
    langgraph_auth_user_id: 'root',
    langgraph_auth_permissions: ['admin'],
    thread_id: randomUUID(),
    run_id: randomUUID(),
    graph_id: 'another',
    mine: 'kept',
  };

  it('cannot be who they are, nor which thread, run or graph this is', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const values = await server.client.runs.wait(id, 'look', { input: {}, config: { configurable: FORGED } });

    expect(values).toMatchObject({ seen: { auth: [], thread: id, graph: 'look', mine: 'kept' } });
    expect((values as { seen: { run: string } }).seen.run).not.toBe(FORGED.run_id);
  });

  it('cannot be that by way of an assistant, a cron or a batch either', async () => {
    const made = await server.client.assistants.create({
      graphId: 'look',
      config: { configurable: { ...FORGED, checkpoint_id: '1ef', checkpoint_ns: 'x' } },
    });
    const { thread_id: id } = await server.client.threads.create();
    const values = await server.client.runs.wait(id, made.assistant_id, { input: {} });
    expect(values).toMatchObject({ n: 1, seen: { auth: [], thread: id, mine: 'kept' } });
    const [run] = (
      await server.send('POST', '/runs/batch', [
        { assistant_id: 'look', input: {}, config: { configurable: FORGED } },
      ])
    ).json as { kwargs: { config: { configurable: object } } }[];
    expect(Object.keys(run?.kwargs.config.configurable ?? {}).join()).not.toContain('langgraph_auth');
  });

  it.each(['__pregel_checkpointer', '__pregel_send', '__pregel_resuming', '__holdpoint_effects', '__x'])(
    'is refused where it is LangGraph’s own: %s',
    async (key) => {
      const body = { assistant_id: 'look', input: {}, config: { configurable: { [key]: {} } } };
      const field = `config.configurable.${key}`;
      const refused = { status: 422, code: 'invalid_request', field };
      expect(refusal(await server.send('POST', '/runs/wait', body))).toEqual(refused);
      const assistant = { graph_id: 'look', config: body.config };
      expect(refusal(await server.send('POST', '/assistants', assistant))).toEqual(refused);
    },
  );

  it('cannot reach into a checkpoint of another thread', async () => {
    const other = await server.client.threads.create();
    await server.client.runs.wait(other.thread_id, 'look', { input: { n: 7_654_321 } });
    const { checkpoint } = await server.client.threads.getState(other.thread_id);
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'look', { input: { n: 1 } });
    const at = { ...checkpoint, thread_id: other.thread_id };
    for (const place of [
      { checkpoint: at },
      { checkpoint_id: checkpoint.checkpoint_id },
      { config: { configurable: at } },
    ]) {
      const run = { assistant_id: 'look', input: null, ...place };
      const answer = await server.send('POST', `/threads/${id}/runs/wait`, run);
      expect(refusal(answer)).toMatchObject({ status: 404, code: 'checkpoint_not_found' });
    }
    const state = await server.send('POST', `/threads/${id}/state/checkpoint`, { checkpoint: at });
    expect(JSON.stringify(state.json)).not.toContain('7654322');
    const edit = await server.send('POST', `/threads/${id}/state`, { values: { n: 0 }, checkpoint: at });
    expect(refusal(edit)).toMatchObject({ status: 404 });
    expect((await server.client.threads.getState(other.thread_id)).values).toMatchObject({ n: 7_654_322 });
  });
});
