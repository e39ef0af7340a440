import { Annotation, END, interrupt, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { effect, untilLetGo } from './effects.ts';

const State = Annotation.Root({
  /** How many steps, and how long each takes. */
  steps: Annotation<number>({ reducer: (_, next) => next, default: () => 3 }),
  ms: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  /** The step that waits to be let go; 0: none. */
  waitAt: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  trail: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

type Values = typeof State.State;

const work = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const step = async ({ trail, ms, waitAt }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
  const name = `step-${trail.length + 1}`;
  effect(config, name);
  if (trail.length + 1 === waitAt) await untilLetGo();
  await work(ms);
  return { trail: [name] };
};

/** One node, again and again, until the trail has as many entries as `steps` says: each step once. */
export const steps = new StateGraph(State)
  .addNode('step', step)
  .addEdge(START, 'step')
  .addConditionalEdges('step', ({ trail, steps: wanted }) => (trail.length < wanted ? 'step' : END), [
    'step',
    END,
  ])
  .compile();

const prepare = async ({ ms }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
  effect(config, 'prepare');
  await work(ms);
  return { trail: ['prepare'] };
};

const ask = (_: Values, config: RunnableConfig): Partial<Values> => {
  const answer = interrupt<string, string>('may I?');
  effect(config, `answered ${answer}`);
  return { trail: [`answered ${answer}`] };
};

const act = async ({ ms }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
  effect(config, 'act');
  await work(ms);
  return { trail: ['act'] };
};

/** Prepares, asks, and acts on the answer. */
export const gate = new StateGraph(State)
  .addNode('prepare', prepare)
  .addNode('ask', ask)
  .addNode('act', act)
  .addEdge(START, 'prepare')
  .addEdge('prepare', 'ask')
  .addEdge('ask', 'act')
  .addEdge('act', END)
  .compile();
