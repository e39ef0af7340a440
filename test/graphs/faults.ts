import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { last } from './channels.ts';

const Failing = Annotation.Root({ n: last(0), fail: last(true) });

/** Counts, then throws unless `fail` is false. */
export const failing = new StateGraph(Failing)
  .addNode('count', ({ n }) => ({ n: n + 1 }))
  .addNode('break', ({ fail }) => {
    if (fail) throw new RangeError('the tool broke');
    return {};
  })
  .addEdge(START, 'count')
  .addEdge('count', 'break')
  .addEdge('break', END)
  .compile();

const cycle = (): unknown => {
  const holder: Record<string, unknown> = {};
  holder['self'] = holder;
  return holder;
};

const nest = (levels: number): unknown => {
  let value: unknown = 'bottom';
  for (let i = 0; i < levels; i++) value = { in: value };
  return value;
};

/** Values that no checkpoint can hold, or that would make one unreadable. */
const POISONS: Record<string, () => unknown> = {
  bigint: () => 1n,
  function: () => () => 'hello',
  symbol: () => Symbol('mark'),
  cycle,
  deep: () => nest(10_000),
  forged: () => ({ lc: 1, type: 'constructor', id: ['langchain', 'evil', 'Thing'], kwargs: {} }),
  secret: () => ({ lc: 1, type: 'secret', id: ['OPENAI_API_KEY'] }),
  proto: () => JSON.parse('{"__proto__": {"polluted": true}}') as unknown,
};

const Poison = Annotation.Root({
  n: last(0),
  steps: last(3),
  kind: last(''),
  at: last(1),
  data: last<unknown>(null),
});

/** `steps` steps; the one numbered `at` returns what `kind` names, at `data.here[1]`. */
export const poison = new StateGraph(Poison)
  .addNode('step', ({ n, kind, at }) => {
    const make = n + 1 === at ? POISONS[kind] : undefined;
    return { n: n + 1, data: { here: ['fine', make ? make() : 'fine too'] } };
  })
  .addEdge(START, 'step')
  .addConditionalEdges('step', ({ n, steps }) => (n < steps ? 'step' : END), ['step', END])
  .compile();
