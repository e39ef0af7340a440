import { setTimeout as sleep } from 'node:timers/promises';
import type { RunnableConfig } from '@langchain/core/runnables';
import { Annotation, END, Send, START, StateGraph } from '@langchain/langgraph';
import { effect, untilOwnGate, wasDone } from '../../crash/graphs/effects.ts';

export const State = Annotation.Root({
  /** How long each step takes. */
  ms: Annotation<number>({ reducer: (_, next) => next, default: () => 20 }),
  trail: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
  /** Whether the second step of `linear` waits for the gate of its thread. */
  held: Annotation<boolean>({ reducer: (_, next) => next, default: () => false }),
});

type Values = typeof State.State;

/** A node that does something to the world and says so in the state. */
export const step =
  (name: string) =>
  async ({ ms }: Pick<Values, 'ms'>, config: RunnableConfig): Promise<Partial<Values>> => {
    await sleep(ms);
    effect(config, name);
    return { trail: [name] };
  };

export const linear = new StateGraph(State)
  .addNode('a', step('a'))
  .addNode('b', async (values: Values, config: RunnableConfig) => {
    if (values.held) await untilOwnGate(config);
    return step('b')(values, config);
  })
  .addNode('c', step('c'))
  .addNode('d', step('d'))
  .addEdge(START, 'a')
  .addEdge('a', 'b')
  .addEdge('b', 'c')
  .addEdge('c', 'd')
  .addEdge('d', END)
  .compile();

export const parallel = new StateGraph(State)
  .addNode('begin', step('begin'))
  .addNode('left', step('left'))
  .addNode('middle', step('middle'))
  .addNode('right', step('right'))
  .addNode('join', step('join'))
  .addEdge(START, 'begin')
  .addEdge('begin', 'left')
  .addEdge('begin', 'middle')
  .addEdge('begin', 'right')
  .addEdge(['left', 'middle', 'right'], 'join')
  .addEdge('join', END)
  .compile();

export const fanOut = new StateGraph(State)
  .addNode('plan', step('plan'))
  .addNode('work', async ({ ms, part }: { ms: number; part: number }, config: RunnableConfig) =>
    step(`work-${part}`)({ ms: ms + part * 5 }, config),
  )
  .addNode('sum', step('sum'))
  .addEdge(START, 'plan')
  .addConditionalEdges('plan', ({ ms }) => [0, 1, 2, 3].map((part) => new Send('work', { ms, part })), [
    'work',
  ])
  .addEdge('work', 'sum')
  .addEdge('sum', END)
  .compile();

const chain = (prefix: string) =>
  new StateGraph(State)
    .addNode('one', step(`${prefix}-1`))
    .addNode('two', step(`${prefix}-2`))
    .addNode('three', step(`${prefix}-3`))
    .addEdge(START, 'one')
    .addEdge('one', 'two')
    .addEdge('two', 'three')
    .addEdge('three', END)
    .compile();

/** A subgraph shares the whole state: only what it added goes on. */
const added =
  (graph: ReturnType<typeof chain>) =>
  async ({ ms }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
    const { trail } = await graph.invoke({ ms, trail: [] }, config);
    return { trail };
  };

export const withSubgraph = new StateGraph(State)
  .addNode('before', step('before'))
  .addNode('sub', added(chain('sub')))
  .addNode('after', step('after'))
  .addEdge(START, 'before')
  .addEdge('before', 'sub')
  .addEdge('sub', 'after')
  .addEdge('after', END)
  .compile();

const Inner = Annotation.Root({ ms: State.spec.ms, inner: State.spec.trail });

/** A compiled graph as a node, in one as a node, each with state of its own. */
const innermost = new StateGraph(Inner)
  .addNode('x', async ({ ms }, config: RunnableConfig) => ({
    inner: (await step('x')({ ms }, config)).trail ?? [],
  }))
  .addNode('y', async ({ ms }, config: RunnableConfig) => ({
    inner: (await step('y')({ ms }, config)).trail ?? [],
  }))
  .addEdge(START, 'x')
  .addEdge('x', 'y')
  .addEdge('y', END)
  .compile();

const middle = new StateGraph(Inner)
  .addNode('m', async ({ ms }, config: RunnableConfig) => ({
    inner: (await step('m')({ ms }, config)).trail ?? [],
  }))
  .addNode('deeper', innermost)
  .addEdge(START, 'm')
  .addEdge('m', 'deeper')
  .addEdge('deeper', END)
  .compile();

export const nested = new StateGraph(Annotation.Root({ ...State.spec, ...Inner.spec }))
  .addNode('top', step('top'))
  .addNode('deep', middle)
  .addNode('bottom', step('bottom'))
  .addEdge(START, 'top')
  .addEdge('top', 'deep')
  .addEdge('deep', 'bottom')
  .addEdge('bottom', END)
  .compile();

/** Fails twice before it does what it does. */
const failing =
  (name: string) =>
  async ({ ms }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
    await sleep(ms);
    for (const failure of [`${name}-failed-1`, `${name}-failed-2`]) {
      if (wasDone(config, failure)) continue;
      effect(config, failure);
      throw new Error(failure);
    }
    effect(config, name);
    return { trail: [name] };
  };

const retryPolicy = {
  maxAttempts: 3,
  initialInterval: 10,
  jitter: false,
  retryOn: () => true,
  logWarning: false,
};

export const retrying = new StateGraph(State)
  .addNode('a', step('a'))
  .addNode('flaky', failing('flaky'), { retryPolicy })
  .addNode('c', step('c'))
  .addEdge(START, 'a')
  .addEdge('a', 'flaky')
  .addEdge('flaky', 'c')
  .addEdge('c', END)
  .compile();
