import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnableConfig } from '@langchain/core/runnables';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { effect, untilOwnGate, wasDone } from '../../crash/graphs/effects.ts';

const State = Annotation.Root({
  /** What the tool does the first time. */
  tool: Annotation<'deaf' | 'spin' | 'hears' | 'held' | 'quick'>({
    reducer: (_, next) => next,
    default: () => 'quick',
  }),
  ms: Annotation<number>({ reducer: (_, next) => next, default: () => 60_000 }),
  done: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

type Values = typeof State.State;

const TOOLS = {
  quick: () => {},
  deaf: (ms: number) => sleep(ms),
  spin: (ms: number) => {
    for (const end = Date.now() + ms; Date.now() < end;);
  },
  hears: (ms: number, config: RunnableConfig) => sleep(ms, undefined, { signal: config.signal }),
  /** As deaf, until the test lets it go. */
  held: (_: number, config: RunnableConfig) => untilOwnGate(config),
} as const;

/** Takes its time once; the second time it is quick. */
const work = async ({ tool, ms }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
  if (!wasDone(config, 'begun')) {
    effect(config, 'begun');
    await TOOLS[tool](ms, config);
  }
  effect(config, 'worked');
  return { done: ['work'] };
};

export const graph = new StateGraph(State)
  .addNode('prepare', (_: unknown, config: RunnableConfig) => {
    effect(config, 'prepared');
    return { done: ['prepare'] };
  })
  .addNode('work', work)
  .addNode('finish', (_: unknown, config: RunnableConfig) => {
    effect(config, 'finished');
    return { done: ['finish'] };
  })
  .addEdge(START, 'prepare')
  .addEdge('prepare', 'work')
  .addEdge('work', 'finish')
  .addEdge('finish', END)
  .compile();
