import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { effect, untilOwnGate } from '../../crash/graphs/effects.ts';

const State = Annotation.Root({
  /** How long the first step takes. */
  ms: Annotation<number>({ reducer: (_old, ms) => ms, default: () => 0 }),
  /** Whether the first step waits until the test lets it go. */
  held: Annotation<boolean>({ reducer: (_old, held) => held, default: () => false }),
  done: Annotation<string[]>({ reducer: (old, done) => [...old, ...done], default: () => [] }),
});

const step = (name: string) => () => ({ done: [name] });

const first = async ({ ms, held }: { ms: number; held: boolean }, config: RunnableConfig) => {
  if (held) {
    effect(config, 'begun');
    await untilOwnGate(config);
  }
  if (ms > 0) await new Promise((resolve) => setTimeout(resolve, ms));
  return { done: ['one'] };
};

/** After a step that was held an order has time to come: a busy machine brings it a step later. */
const second = async ({ held }: { held: boolean }) => {
  if (held) await new Promise((resolve) => setTimeout(resolve, 300));
  return { done: ['two'] };
};

/** Three steps, of which the first takes as long as it is told, or until it is let go. */
export const graph = new StateGraph(State)
  .addNode('one', first)
  .addNode('two', second)
  .addNode('three', step('three'))
  .addEdge(START, 'one')
  .addEdge('one', 'two')
  .addEdge('two', 'three')
  .addEdge('three', END)
  .compile();
