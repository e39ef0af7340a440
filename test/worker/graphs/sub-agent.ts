import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import type { RunnableConfig } from '@langchain/core/runnables';
import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import { effect } from '../../crash/graphs/effects.ts';

const SubState = Annotation.Root({
  trail: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

const subStep = (name: string) => async (_: unknown, config: RunnableConfig) => {
  effect(config, name);
  await new Promise((resolve) => setTimeout(resolve, 300));
  return { trail: [name] };
};

/** An agent of three steps that works inside a tool. */
const subAgent = new StateGraph(SubState)
  .addNode('one', subStep('sub-1'))
  .addNode('two', subStep('sub-2'))
  .addNode('three', subStep('sub-3'))
  .addEdge(START, 'one')
  .addEdge('one', 'two')
  .addEdge('two', 'three')
  .addEdge('three', END)
  .compile();

const research = tool(
  async (_input: object, config: RunnableConfig) => {
    const { trail } = await subAgent.invoke({ trail: [] }, config);
    return trail.join();
  },
  { name: 'research', description: 'Asks the sub-agent', schema: z.object({}) },
);

const choose = (_: unknown, config: RunnableConfig): { messages: BaseMessage[] } => {
  effect(config, 'choose');
  return {
    messages: [new AIMessage({ content: '', tool_calls: [{ id: 'call-1', name: 'research', args: {} }] })],
  };
};

const conclude = (_: unknown, config: RunnableConfig): { messages: BaseMessage[] } => {
  effect(config, 'conclude');
  return { messages: [new AIMessage('done')] };
};

/** Chooses a tool, runs it in LangGraph's own tool node, concludes. */
export const subAgentInTool = new StateGraph(MessagesAnnotation)
  .addNode('choose', choose)
  .addNode('tools', new ToolNode([research]))
  .addNode('conclude', conclude)
  .addEdge(START, 'choose')
  .addEdge('choose', 'tools')
  .addEdge('tools', 'conclude')
  .addEdge('conclude', END)
  .compile();
