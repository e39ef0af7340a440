import {
  Annotation,
  END,
  interrupt,
  type LangGraphRunnableConfig,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { callOut } from './call-out.ts';
import { last, merged } from './channels.ts';

const Gate = Annotation.Root({ n: last(0), decision: last<unknown>(null), url: last('') });

/** One question, then an effect (a call to `url`, when given), then the end. */
export const gate = new StateGraph(Gate)
  .addNode('select', () => ({ n: 1 }))
  .addNode('hold', () => ({ decision: interrupt<unknown, unknown>({ ask: 'go?' }) }))
  .addNode('execute', async ({ n, url, decision }) => {
    await callOut(url, { effect: decision });
    return { n: n + 1 };
  })
  .addEdge(START, 'select')
  .addEdge('select', 'hold')
  .addEdge('hold', 'execute')
  .addEdge('execute', END)
  .compile();

/** A question in the words of `HumanInterrupt`; keeps the answer as it came. */
export const humanInterrupt = new StateGraph(Gate)
  .addNode('ask', () => ({
    decision: interrupt<unknown, unknown>({
      action_request: { action: 'send', args: { to: 'a@example.org' } },
      config: { allow_accept: true, allow_edit: true, allow_respond: true, allow_ignore: true },
      description: 'Send it?',
    }),
  }))
  .addEdge(START, 'ask')
  .addEdge('ask', END)
  .compile();

const Answers = Annotation.Root({ answers: merged(), url: last('') });

/** Two questions one after the other in one node: LangGraph gives both the same id. */
export const twoQuestions = new StateGraph(Answers)
  .addNode('ask', () => {
    const first = interrupt<unknown, unknown>({ ask: 'first?' });
    const second = interrupt<unknown, unknown>({ ask: 'second?' });
    return { answers: { first, second } };
  })
  .addEdge(START, 'ask')
  .addEdge('ask', END)
  .compile();

const ask = (name: string) => () => ({ answers: { [name]: interrupt<unknown, unknown>({ ask: name }) } });

/** Three questions at once, in three nodes. */
export const parallelQuestions = new StateGraph(Answers)
  .addNode('a', ask('a'))
  .addNode('b', ask('b'))
  .addNode('c', ask('c'))
  .addNode('join', ({ answers }) => ({ answers: { joined: Object.keys(answers).length } }))
  .addEdge(START, 'a')
  .addEdge(START, 'b')
  .addEdge(START, 'c')
  .addEdge(['a', 'b', 'c'], 'join')
  .addEdge('join', END)
  .compile();

/** A question and, in the same superstep, work with an effect. */
export const questionAndWork = new StateGraph(Answers)
  .addNode('ask', ask('ask'))
  .addNode('work', async ({ url }, config: LangGraphRunnableConfig) => {
    await callOut(url, { effect: 'work' }, config.signal);
    return { answers: { work: 'done' } };
  })
  .addEdge(START, 'ask')
  .addEdge(START, 'work')
  .addEdge('ask', END)
  .addEdge('work', END)
  .compile();
