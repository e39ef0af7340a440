import { Annotation, END, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  /** How long the first step takes. */
  ms: Annotation<number>({ reducer: (_old, ms) => ms, default: () => 0 }),
  done: Annotation<string[]>({ reducer: (old, done) => [...old, ...done], default: () => [] }),
});

const step = (name: string) => () => ({ done: [name] });

const first = async ({ ms }: { ms: number }) => {
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  return { done: ['one'] };
};

/** Three steps, of which the first takes as long as it is told. */
export const graph = new StateGraph(State)
  .addNode('one', first)
  .addNode('two', step('two'))
  .addNode('three', step('three'))
  .addEdge(START, 'one')
  .addEdge('one', 'two')
  .addEdge('two', 'three')
  .addEdge('three', END)
  .compile();
