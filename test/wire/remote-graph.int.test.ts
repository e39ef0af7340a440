import { randomUUID } from 'node:crypto';
import { HumanMessage } from '@langchain/core/messages';
import { Annotation, Command, MemorySaver, START, StateGraph } from '@langchain/langgraph';
import { RemoteGraph } from '@langchain/langgraph/remote';
import { describe, expect, it } from 'vitest';
import { drives } from './rows.ts';
import { collect, useServer } from './server.ts';

/** LangGraph's own client of other servers' graphs. */
describe('RemoteGraph', () => {
  const server = useServer();
  const remote = (graphId: string): RemoteGraph => new RemoteGraph({ graphId, url: server.url });
  const thread = () => ({ configurable: { thread_id: randomUUID() } });

  it('invokes a graph on a thread that is made for it', async () => {
    const config = thread();
    expect(await remote('steps').invoke({ steps: 3 }, config)).toMatchObject({ n: 3 });
    expect(await server.client.threads.get(config.configurable.thread_id)).toMatchObject({ status: 'idle' });
  });

  it('streams values and updates, each in the form that was asked for', async () => {
    const stream = async (options: object) =>
      collect(await remote('steps').stream({ steps: 2 }, { ...thread(), ...options }));
    expect(await stream({ streamMode: 'updates' })).toEqual([{ step: { n: 1 } }, { step: { n: 2 } }]);
    expect(await stream({ streamMode: 'values' })).toMatchObject([{ n: 0 }, { n: 1 }, { n: 2 }]);
    expect(await stream({ streamMode: ['custom', 'updates'] })).toEqual([
      ['updates', { step: { n: 1 } }],
      ['updates', { step: { n: 2 } }],
    ]);
  });

  it('sends messages and streams the tokens of the answer', async () => {
    const input = { messages: [new HumanMessage('hello')] };
    const tuples = (await collect(
      await remote('chat').stream(input, { ...thread(), streamMode: 'messages' }),
    )) as unknown[];
    expect(tuples.length).toBeGreaterThan(10);
    const answer = (await remote('chat').invoke(input, thread())) as { messages: { type: string }[] };
    expect(answer.messages.map(({ type }) => type)).toEqual(['human', 'ai']);
  });

  it('names the subgraph that a chunk comes from', async () => {
    const places: string[] = [];
    const streaming = async () => {
      for await (const [place] of await remote('nested').stream(
        {},
        { ...thread(), streamMode: 'updates', subgraphs: true },
      )) {
        places.push(...(place as string[]));
      }
    };
    await expect(streaming()).rejects.toThrow();
    expect(places[0]).toMatch(/^child:/);
  });

  it('throws a question, reads its state and answers it with a Command', async () => {
    const config = thread();
    const gate = remote('gate');
    await expect(gate.invoke({}, config)).rejects.toMatchObject({ interrupts: [{ value: { ask: 'go?' } }] });
    const state = await gate.getState(config);
    expect(state).toMatchObject({
      next: ['hold'],
      values: { n: 1 },
      tasks: [{ name: 'hold', interrupts: [{ value: { ask: 'go?' } }] }],
    });
    expect(await gate.invoke(new Command({ resume: 'yes' }), config)).toMatchObject({
      decision: 'yes',
      n: 2,
    });
  });

  it.each([false, 0, '', null])('answers with %j', async (answer) => {
    const config = thread();
    const gate = remote('gate');
    await gate.invoke({}, config).catch(() => {});
    expect(await gate.invoke(new Command({ resume: answer }), config)).toMatchObject({
      decision: answer,
      n: 2,
    });
  });

  it('reads and changes state, and goes on from there', async () => {
    const config = thread();
    const steps = remote('steps');
    await steps.invoke({ steps: 3 }, config);
    const history = await collect(steps.getStateHistory(config, { limit: 100 }));
    expect(history.map(({ values }) => (values as { n: number }).n)).toEqual([3, 2, 1, 0, 0]);
    const [, second] = history;
    const older = await collect(steps.getStateHistory(config, { before: second?.config ?? {}, limit: 1 }));
    expect(older).toMatchObject([{ values: { n: 1 } }]);
    await steps.updateState(config, { n: 1 }, 'step');
    expect(await steps.getState(config)).toMatchObject({ values: { n: 1 }, next: ['step'] });
    expect(await steps.invoke(null, config)).toMatchObject({ n: 3 });
  });

  it('throws what the graph threw', async () => {
    await expect(remote('failing').invoke({}, thread())).rejects.toThrow('the tool broke');
  });

  it('draws the graph', async () => {
    const drawn = await remote('gate').getGraphAsync();
    expect(Object.keys(drawn.nodes).sort()).toEqual(['__end__', '__start__', 'execute', 'hold', 'select']);
  });

  it('is a node of a graph that runs elsewhere, with a question of its own', async () => {
    const State = Annotation.Root({ n: Annotation<number>, decision: Annotation<unknown> });
    const here = new StateGraph(State)
      .addNode('there', remote('gate'))
      .addEdge(START, 'there')
      .compile({ checkpointer: new MemorySaver() });
    const config = thread();
    const asked = (await here.invoke({}, config)) as { __interrupt__?: { value: unknown }[] };
    expect(asked.__interrupt__).toMatchObject([{ value: { ask: 'go?' } }]);
  });

  drives(server, [
    'GET /assistants/{id}/graph',
    'POST /threads/{t}/state/checkpoint',
    'POST /threads/{t}/history',
  ]);
});
