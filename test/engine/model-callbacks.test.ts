import { BaseCallbackHandler } from '@langchain/core/callbacks/base';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { expect, it } from 'vitest';
import { z } from 'zod';
import { callbacksOf } from '../../src/engine/model-callbacks.ts';

/** Hears of models alone, and notes in which step each was called. */
class Models extends BaseCallbackHandler {
  readonly name = 'models';
  override readonly ignoreChain = true;
  override readonly ignoreAgent = true;
  override readonly ignoreRetriever = true;
  override readonly ignoreCustomEvent = true;
  readonly heard: unknown[] = [];

  override handleChatModelStart: NonNullable<BaseCallbackHandler['handleChatModelStart']> = (
    ...[, , , , , , metadata]
  ) => {
    this.heard.push([metadata?.['langgraph_node'], typeof metadata?.['langgraph_checkpoint_ns']]);
  };

  override handleLLMEnd: NonNullable<BaseCallbackHandler['handleLLMEnd']> = ({ generations }) => {
    this.heard.push(generations[0]?.[0]?.text);
  };
}

/** Hears of chains, and under which names, tags and metadata. */
class Chains extends BaseCallbackHandler {
  readonly name = 'chains';
  readonly heard: unknown[] = [];

  override handleChainStart: NonNullable<BaseCallbackHandler['handleChainStart']> = (
    ...[, , , , tags, metadata, , name]
  ) => {
    this.heard.push({ name, tags, node: metadata?.['langgraph_node'] });
  };
}

type Config = Parameters<FakeListChatModel['invoke']>[1];

const graphOf = (step: (config: Config) => Promise<unknown>) =>
  new StateGraph(MessagesAnnotation)
    .addNode('speak', async (_, config) => {
      await step(config);
      return {};
    })
    .addEdge(START, 'speak')
    .addEdge('speak', END)
    .compile();

const model = () => new FakeListChatModel({ responses: ['yes'] });
const said = [['speak', 'string'], 'yes'];

it('a handler of models hears of each that a step calls, by itself, in a chain, a tool or a graph of its own', async () => {
  const asks = tool(async () => (await model().invoke('?')).text, { name: 'asks', schema: z.object({}) });
  const ways: ((config: Config) => Promise<unknown>)[] = [
    () => model().invoke('?'),
    (config) => model().invoke('?', config),
    () =>
      RunnableLambda.from(() => '?')
        .pipe(model())
        .invoke(''),
    () => asks.invoke({}),
    () => graphOf(() => model().invoke('?')).invoke({}),
  ];
  for (const way of ways) {
    const models = new Models();
    await graphOf(way).invoke({}, { callbacks: callbacksOf([models]) });
    expect(models.heard).toEqual(said);
  }
});

it('a handler that a step brings hears of its chains, their tags and metadata, and the first goes on hearing of models', async () => {
  const [models, chains] = [new Models(), new Chains()];
  const within = RunnableLambda.from(() => model().invoke('?')).withConfig({
    runName: 'within',
    callbacks: [chains],
    tags: ['mine'],
  });
  await graphOf((config) => within.invoke('', config)).invoke({}, { callbacks: callbacksOf([models]) });
  expect(models.heard).toEqual(said);
  const mine: unknown = expect.arrayContaining(['mine']);
  expect(chains.heard).toContainEqual({ name: 'within', tags: mine, node: 'speak' });
});

it('a handler that the graph itself brings hears of all its chains', async () => {
  const [models, chains] = [new Models(), new Chains()];
  const graph = graphOf(() => model().invoke('?')).withConfig({ callbacks: [chains] });
  await graph.invoke({}, { callbacks: callbacksOf([models]), runName: 'root' });
  expect(models.heard).toEqual(said);
  expect(chains.heard.map((chain) => (chain as { name: string }).name)).toEqual(
    expect.arrayContaining(['root', 'speak']),
  );
});

it('handlers of anything else are handed to LangChain as they are', () => {
  const handlers = [new Chains()];
  expect(callbacksOf(handlers)).toBe(handlers);
  expect(callbacksOf([new Models(), ...handlers])).toHaveLength(2);
});
