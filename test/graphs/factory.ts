import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { last } from './channels.ts';

const State = Annotation.Root({ said: last('') });

/**
 * A graph made anew for each run, from the run's own configuration. Answers the builder, not a compiled graph.
 * Its second node's name says in which process it was made, and with what.
 */
export const makeGraph = async (config: { configurable?: { greeting?: string } }) => {
  const greeting = config.configurable?.greeting ?? 'hello';
  const made = `pid-${process.pid}-${greeting}` as const;
  return new StateGraph(State)
    .addNode('say', () => ({ said: greeting }))
    .addNode(made, () => ({}))
    .addEdge(START, 'say')
    .addEdge('say', made)
    .addEdge(made, END);
};
