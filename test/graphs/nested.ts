import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import { gathered, last } from './channels.ts';

const State = Annotation.Root({ path: gathered<string>(), answer: last<unknown>(null) });

const child = new StateGraph(State)
  .addNode('look', () => ({ path: 'child.look' }))
  .addNode('ask', () => ({
    answer: interrupt<unknown, unknown>({ ask: 'from the child' }),
    path: 'child.ask',
  }))
  .addEdge(START, 'look')
  .addEdge('look', 'ask')
  .addEdge('ask', END)
  .compile();

/** A graph within a graph; the inner one asks. */
export const nested = new StateGraph(State)
  .addNode('before', () => ({ path: 'before' }))
  .addNode('child', child)
  .addNode('after', () => ({ path: 'after' }))
  .addEdge(START, 'before')
  .addEdge('before', 'child')
  .addEdge('child', 'after')
  .addEdge('after', END)
  .compile();
