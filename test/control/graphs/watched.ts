import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import {
  Annotation,
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { safePoint, waitFor, WaitExpiredError } from 'holdpoint/gates';
import { z } from 'zod';
import { effect, wasDone } from '../../crash/graphs/effects.ts';
import { callOut } from '../../graphs/call-out.ts';
import { gathered, last } from '../../graphs/channels.ts';

const Parts = Annotation.Root({ url: last(''), trail: gathered<string>() });

/** Four parts, each done once however often the step begins; between them it may stop. The second calls out. */
const doParts = async (url: string, config: LangGraphRunnableConfig): Promise<void> => {
  for (const part of ['one', 'two', 'three', 'four']) {
    if (wasDone(config, part)) continue;
    effect(config, part);
    if (part === 'two') await callOut(url, { part });
    await safePoint(config);
  }
};

const long = async ({ url }: { url: string }, config: LangGraphRunnableConfig) => {
  effect(config, 'begun');
  await doParts(url, config);
  return { trail: ['long'] };
};

const beside = (_: unknown, config: LangGraphRunnableConfig) => {
  effect(config, 'beside');
  return { trail: ['beside'] };
};

/** A long step with another beside it. */
export const parts = new StateGraph(Parts)
  .addNode('long', long)
  .addNode('beside', beside)
  .addNode('last', () => ({ trail: ['last'] }))
  .addEdge(START, 'long')
  .addEdge(START, 'beside')
  .addEdge(['long', 'beside'], 'last')
  .addEdge('last', END)
  .compile();

export const partsInSubgraph = new StateGraph(Parts)
  .addNode('inner', new StateGraph(Parts).addNode('long', long).addEdge(START, 'long').compile())
  .addNode('last', () => ({ trail: ['last'] }))
  .addEdge(START, 'inner')
  .addEdge('inner', 'last')
  .compile();

const partsTool = tool(
  async ({ url }, config: LangGraphRunnableConfig) => {
    effect(config, 'begun');
    await doParts(url, config);
    return 'all parts';
  },
  { name: 'parts', description: 'Does the parts', schema: z.object({ url: z.string() }) },
);

const ToolState = Annotation.Root({ ...MessagesAnnotation.spec, url: last('') });

export const partsInTool = new StateGraph(ToolState)
  .addNode('ask', ({ url }) => ({
    messages: [new AIMessage({ content: '', tool_calls: [{ id: 'c', name: 'parts', args: { url } }] })],
  }))
  .addNode('tools', new ToolNode([partsTool]))
  .addEdge(START, 'ask')
  .addEdge('ask', 'tools')
  .compile();

const Waits = Annotation.Root({
  order: last(0),
  timeoutMs: last<number | null>(null),
  got: gathered<unknown>(),
  messages: MessagesAnnotation.spec.messages,
});

/** Waits twice for the same event, then says what came. */
export const waits = new StateGraph(Waits)
  .addNode('wait', async ({ order, timeoutMs }, config: LangGraphRunnableConfig) => {
    effect(config, 'begun');
    try {
      const options = { match: { order }, ...(timeoutMs !== null && { timeoutMs }) };
      const first = await waitFor<{ n: number }>('paid', options);
      const second = timeoutMs === null ? await waitFor<{ n: number }>('paid', options) : null;
      return { got: [first, second] };
    } catch (error) {
      if (error instanceof WaitExpiredError) return { got: ['too late'] };
      throw error;
    }
  })
  .addEdge(START, 'wait')
  .addEdge('wait', END)
  .compile();

/** Two steps that wait at the same time. */
export const waitsTogether = new StateGraph(Waits)
  .addNode('left', async () => ({ got: [await waitFor('left')] }))
  .addNode('right', async () => ({ got: [await waitFor('right')] }))
  .addEdge(START, 'left')
  .addEdge(START, 'right')
  .compile();

/** A model whose every call takes 60 tokens. */
class Metered extends FakeListChatModel {
  constructor() {
    super({ responses: ['word'] });
  }

  override async _generate() {
    const message = Object.assign(new AIMessage('word'), {
      usage_metadata: { input_tokens: 50, output_tokens: 10, total_tokens: 60 },
      response_metadata: { model_name: 'tiny' },
    });
    return { generations: [{ message, text: 'word' }] };
  }
}

const Spends = Annotation.Root({ calls: last(1), said: gathered<string>() });
const model = new Metered();

/** Calls the model once in each step. */
export const spends = new StateGraph(Spends)
  .addNode('speak', async (_, config) => {
    const said: BaseMessage = await model.invoke('say a word', config);
    return { said: [said.text] };
  })
  .addEdge(START, 'speak')
  .addConditionalEdges('speak', ({ calls, said }) => (said.length < calls ? 'speak' : END), ['speak', END])
  .compile();

const Fails = Annotation.Root({ url: last(''), trail: gathered<string>() });

const brittle = async ({ url }: { url: string }, config: LangGraphRunnableConfig) => {
  const answer = await fetch(url, { method: 'POST', body: '"may I?"' });
  if ((await answer.text()) !== 'yes') throw new Error('the service is down for sk-0123456789abcdef');
  effect(config, 'worked');
  return { trail: ['worked'] };
};

/** Fails until the address says yes. */
export const fails = new StateGraph(Fails)
  .addNode('brittle', brittle)
  .addEdge(START, 'brittle')
  .addEdge('brittle', END)
  .compile();

/** The same, tried again by the graph's own retry policy. */
export const tries = new StateGraph(Fails)
  .addNode('brittle', brittle, {
    retryPolicy: {
      maxAttempts: 50,
      initialInterval: 5,
      maxInterval: 5,
      jitter: false,
      retryOn: () => true,
      logWarning: false,
    },
  })
  .addEdge(START, 'brittle')
  .addEdge('brittle', END)
  .compile();

/** Ends its worker, twice. */
export const dies = new StateGraph(Fails)
  .addNode('die', (_, config: LangGraphRunnableConfig) => {
    for (const time of ['died-1', 'died-2']) {
      if (wasDone(config, time)) continue;
      effect(config, time);
      process.exit(7);
    }
    return { trail: ['lived'] };
  })
  .addEdge(START, 'die')
  .addEdge('die', END)
  .compile();
