import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import { approvalQuestion, readAnswer, type HeldCall } from 'holdpoint/gates';
import { callOut } from './call-out.ts';
import { last } from './channels.ts';

const Held = Annotation.Root({
  /** Names of the tools to call, one after the other; each is held. */
  tools: last<string[]>([]),
  /** Held as one question when true. */
  together: last(false),
  args: last<Record<string, unknown>>({ to: 'ops@example.com' }),
  decisions: last<unknown[]>([]),
  /** Added to the question: a deadline. */
  deadline: last<Record<string, unknown>>({}),
  /** Called between two questions, and before the node ends. */
  between: last(''),
  failAfterAnswer: last(''),
  url: last(''),
});

type Values = typeof Held.State;

const heldCall = (name: string, args: Values['args']): HeldCall => ({
  id: `call-${name}`,
  name,
  args,
  description: `Call ${name}?`,
  decisions: ['approve', 'edit', 'reject', 'respond'],
});

const ask = (held: [HeldCall, ...HeldCall[]], deadline: Values['deadline']): unknown[] => {
  const reading = readAnswer(interrupt<unknown, unknown>({ ...approvalQuestion(held), ...deadline }), held);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.decisions;
};

/** Holds calls of the named tools, all at once or one after the other in the same node, and then does them. */
export const held = new StateGraph(Held)
  .addNode('hold', async ({ tools, together, args, deadline, between, failAfterAnswer }) => {
    const calls = tools.map((name) => heldCall(name, args)) as [HeldCall, ...HeldCall[]];
    const decisions: unknown[] = together ? ask(calls, deadline) : [];
    for (const call of together ? [] : calls) {
      decisions.push(...ask([call], deadline));
      await callOut(between, { decided: call.name });
    }
    if (failAfterAnswer !== '') await failOnce(failAfterAnswer);
    return { decisions };
  })
  .addNode('execute', async ({ decisions, url }) => {
    for (const decision of decisions) await callOut(url, decision);
    return {};
  })
  .addEdge(START, 'hold')
  .addEdge('hold', 'execute')
  .addEdge('execute', END)
  .compile();

/** Asks the address whether to fail now. */
const failOnce = async (url: string): Promise<void> => {
  const response = await fetch(url, { method: 'POST', body: '"fail?"' });
  if ((await response.text()) === 'fail') throw new Error('failed after the answer');
};
