import { AIMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { z } from 'zod';
import { approvalGate, gateChannels, toolsNode } from 'holdpoint/gates';

const State = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });

const pay = tool(({ to, amount }) => `paid ${amount} to ${to}`, {
  name: 'pay',
  description: 'Pay somebody',
  schema: z.object({ to: z.string(), amount: z.number() }),
});

/** A model that selects these payments in one step, and is done when they are answered. */
const paying = (...payments: { to: string; amount: number }[]) =>
  new StateGraph(State)
    .addNode('model', ({ messages }) => ({
      messages: messages.some((message) => message.getType() === 'tool')
        ? new AIMessage('Done.')
        : new AIMessage({
            content: '',
            tool_calls: payments.map((args, index) => ({ name: 'pay', args, id: `call_${index}` })),
          }),
    }))
    .addNode('gate', approvalGate({ policy: { pay: 'always' } }))
    .addNode('tools', toolsNode([pay]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', ({ messages }) => (messages.at(-1)?.text === 'Done.' ? END : 'gate'), [
      'gate',
      END,
    ])
    .addEdge('gate', 'tools')
    .addEdge('tools', 'model')
    .compile();

export const graph = paying({ to: 'Ada', amount: 1 }, { to: 'Grace', amount: 2 });

/** Arguments that would wipe the line they stand in and write another. */
export const hostile = paying({ to: 'Mallory\u001b[2K\rAda', amount: 1_000_000 });
