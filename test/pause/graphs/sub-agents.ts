import { AIMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import type { RunnableConfig } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import { FakeListChatModel } from '@langchain/core/utils/testing';
import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { createAgent } from 'langchain';
import { z } from 'zod';
import { effect, untilOwnGate } from '../../crash/graphs/effects.ts';
import { linear } from './shapes.ts';

/** An agent of four steps that works inside a tool. */
const research = tool(
  async ({ ms }: { ms: number }, config: RunnableConfig) => {
    const { trail } = await linear.invoke({ ms }, config);
    return trail.join();
  },
  { name: 'research', description: 'Asks the sub-agent', schema: z.object({ ms: z.number() }) },
);

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  ms: Annotation<number>({ reducer: (_, next) => next, default: () => 20 }),
  /** Whether the first step waits until the test lets it go. */
  held: Annotation<boolean>({ reducer: (_, next) => next, default: () => false }),
});

type Values = typeof State.State;

const call = (ms: number): AIMessage =>
  new AIMessage({ id: 'ask', content: '', tool_calls: [{ id: 'call-1', name: 'research', args: { ms } }] });

const choose = async ({ ms, held }: Values, config: RunnableConfig): Promise<{ messages: BaseMessage[] }> => {
  effect(config, 'choose');
  if (held) await untilOwnGate(config);
  return { messages: [call(ms)] };
};

const conclude = (_: unknown, config: RunnableConfig): { messages: BaseMessage[] } => {
  effect(config, 'conclude');
  return { messages: [new AIMessage({ id: 'done', content: 'done' })] };
};

/** A tool node that takes every error for the tool's, as many do. */
const catchAll = async ({ ms }: Values, config: RunnableConfig): Promise<{ messages: BaseMessage[] }> => {
  const answer = await (research.invoke({ ms }, config) as Promise<string>).catch(
    (error: Error) => error.message,
  );
  return { messages: [new ToolMessage({ id: 'answer', tool_call_id: 'call-1', content: String(answer) })] };
};

const around = <T extends typeof catchAll | ToolNode>(tools: T) =>
  new StateGraph(State)
    .addNode('choose', choose)
    .addNode('tools', tools)
    .addNode('conclude', conclude)
    .addEdge(START, 'choose')
    .addEdge('choose', 'tools')
    .addEdge('tools', 'conclude')
    .addEdge('conclude', END)
    .compile();

export const handWritten = around(catchAll);
export const prebuilt = around(new ToolNode([research]));

/** Calls the tool until it has been answered. */
class Scripted extends FakeListChatModel {
  constructor() {
    super({ responses: ['done'] });
  }

  override bindTools(): this {
    return this;
  }

  override async _generate(messages: BaseMessage[]) {
    const answered = messages.some((message) => ToolMessage.isInstance(message));
    const message = answered ? new AIMessage({ id: 'done', content: 'done' }) : call(20);
    return { generations: [{ message, text: '' }] };
  }
}

export const createdAgent = createAgent({ model: new Scripted(), tools: [research] }).graph;
