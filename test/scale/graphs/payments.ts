import { Annotation, END, START, StateGraph, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { effect as once } from 'holdpoint/gates';
import { effect as happens, wasDone } from '../../crash/graphs/effects.ts';

const State = Annotation.Root({
  steps: Annotation<number>({ reducer: (_, next) => next, default: () => 3 }),
  ms: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  trail: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

type Values = typeof State.State;

const work = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Takes a while, pays in the middle of it, and may be cut anywhere. */
const step = async ({ trail, ms }: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const name = `step-${trail.length + 1}`;
  happens(config, name);
  await work(ms / 2);
  const paid = `paid ${name}`;
  await once(
    {
      name: 'pay',
      key: name,
      run: async () => {
        happens(config, paid);
        return true;
      },
      verify: async () => (wasDone(config, paid) ? { happened: true, result: true } : { happened: false }),
    },
    config,
  );
  await work(ms / 2);
  return { trail: [name] };
};

export const payments = new StateGraph(State)
  .addNode('step', step)
  .addEdge(START, 'step')
  .addConditionalEdges('step', ({ trail, steps: wanted }) => (trail.length < wanted ? 'step' : END), [
    'step',
    END,
  ])
  .compile();
