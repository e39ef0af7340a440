import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { type StructuredToolInterface, tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  END,
  INTERRUPT,
  isInterrupted,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { z } from 'zod';
import {
  approvalGate,
  type ApprovalOptions,
  type ApprovalQuestion,
  gateChannels,
  toolsNode,
} from '../../src/gates/index.ts';

const State = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });

export type Values = typeof State.State;

/** A tool that only notes with which arguments it ran. */
export const recordingTool = (name: string, ran: unknown[]): StructuredToolInterface =>
  tool(
    (args) => {
      ran.push({ name, args });
      return `${name} ran`;
    },
    { name, description: name, schema: z.looseObject({}) },
  );

export const aiTurn = (
  ...calls: { name: string; args?: Record<string, unknown>; id?: string }[]
): AIMessage =>
  new AIMessage({
    content: 'I want to use tools.',
    tool_calls: calls.map(({ name, args, id }, index) => ({
      name,
      args: args ?? {},
      id: id ?? `call_${index}`,
    })),
  });

export interface GatedGraphInput extends ApprovalOptions {
  /** What the model says in turn 1; afterwards it says "done". */
  turn: AIMessage;
  tools?: StructuredToolInterface[];
  prebuiltToolNode?: boolean;
}

/** A model that speaks from a script, the gate, and tools that note what they did. */
export const gatedGraph = (input: GatedGraphInput) => {
  const ran: unknown[] = [];
  const names = [...new Set((input.turn.tool_calls ?? []).map((call) => call.name))];
  const tools = input.tools ?? names.map((name) => recordingTool(name, ran));
  const ours = toolsNode(tools);
  const prebuilt = input.prebuiltToolNode === true ? new ToolNode(tools) : undefined;
  const graph = new StateGraph(State)
    .addNode('model', ({ messages }) => ({
      messages: [
        messages.some((message) => AIMessage.isInstance(message)) ? new AIMessage('done') : input.turn,
      ],
    }))
    .addNode('gate', approvalGate(input))
    .addNode('tools', (state: Values, config) =>
      prebuilt ? prebuilt.invoke(state, config) : ours(state, config),
    )
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.at(-1)?.text === 'done' ? END : 'gate'), [
      'gate',
      END,
    ])
    .addEdge('gate', 'tools')
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'thread' } };
  return {
    ran,
    graph,
    config,
    start: () => graph.invoke({ messages: [new HumanMessage('go')] }, config),
    /** Answers the waiting question by its id, the way that lets every value through. */
    answer: async (value: unknown) => {
      const state = await graph.getState(config);
      const id = state.tasks[0]?.interrupts[0]?.id;
      return graph.invoke(new Command({ resume: { [String(id)]: value } }), config);
    },
  };
};

/** The question a run ended on; fails when it did not end on exactly one. */
export const questionOf = (result: unknown): ApprovalQuestion => {
  if (!isInterrupted<ApprovalQuestion>(result)) throw new Error('the run did not end on a question');
  const [only, ...others] = result[INTERRUPT];
  if (only?.value === undefined || others.length > 0)
    throw new Error(`${others.length + 1} questions instead of one`);
  return only.value;
};

export const toolMessages = (messages: BaseMessage[]): ToolMessage[] =>
  messages.filter((message): message is ToolMessage => ToolMessage.isInstance(message));
