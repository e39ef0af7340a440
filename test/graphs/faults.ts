import { Annotation, END, RunControl, START, StateGraph, interrupt } from '@langchain/langgraph';
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
  floats: () => new Float32Array([0.5]),
};

/** Values that a checkpoint has to give back as they were. */
const ODD: Record<string, () => unknown> = {
  buffer: () => Buffer.from([0, 255, 7]),
  numbers: () => [NaN, Infinity, -Infinity],
  keys: () => Object.fromEntries(Array.from({ length: 200_000 }, (_, index) => [`key-${index}`, index])),
  large: () => 'x'.repeat(100_000_000),
};

const MADE = { ...POISONS, ...ODD };

const describe = (value: unknown): string => {
  if (value instanceof Uint8Array) return `bytes ${[...value].join()}`;
  if (Array.isArray(value)) return value.map(String).join();
  if (typeof value === 'string') return `${value.length} characters`;
  return `${Object.keys(value ?? {}).length} keys`;
};

const Poison = Annotation.Root({
  n: last(0),
  steps: last(3),
  kind: last(''),
  at: last(1),
  data: last<{ here: unknown[] } | null>(null),
  saw: last(''),
});

/** `steps` steps; the one numbered `at` returns what `kind` names, at `data.here[1]`, and the next says what it saw there. */
export const poison = new StateGraph(Poison)
  .addNode('step', ({ n, kind, at, data }) => {
    const make = n + 1 === at ? MADE[kind] : undefined;
    return { n: n + 1, saw: describe(data?.here[1]), data: { here: ['fine', make ? make() : 'fine too'] } };
  })
  .addEdge(START, 'step')
  .addConditionalEdges('step', ({ n, steps }) => (n < steps ? 'step' : END), ['step', END])
  .compile();

const add = (sum: number, given: unknown): number => {
  if (typeof given !== 'number') throw new RangeError(`${String(given)} is no number`);
  return sum + given;
};

const Refusing = Annotation.Root({
  sum: Annotation<number, unknown>({ reducer: add, default: () => 0 }),
  both: last(false),
  /** One node may write it in a step. */
  word: Annotation<string>(),
});

/** Its reducer throws what is not a number, two of its nodes write one channel if told to, and then it asks. */
export const refusing = new StateGraph(Refusing)
  .addNode('left', () => ({ word: 'left' }))
  .addNode('right', ({ both }) => (both ? { word: 'right' } : {}))
  .addNode('ask', () => ({ sum: interrupt<string, unknown>('how many?') }))
  .addEdge(START, 'left')
  .addEdge(START, 'right')
  .addEdge(['left', 'right'], 'ask')
  .addEdge('ask', END)
  .compile();

const Throwing = Annotation.Root({ kind: last(''), n: last(0) });

const causesItself = (): Error => {
  const error = new Error('it broke');
  error.cause = new Error('as something else did', { cause: error });
  return error;
};

const twice = new StateGraph(Throwing)
  .addNode('once', () => ({ n: 1 }))
  .addNode('again', () => ({ n: 2 }))
  .addEdge(START, 'once')
  .addEdge('once', 'again')
  .addEdge('again', END)
  .compile();

/** A graph of its own that it drains itself. */
const drainsItsOwn = async (): Promise<never> => {
  const control = new RunControl();
  control.requestDrain('enough');
  throw new Error(`nobody has drained it: ${JSON.stringify(await twice.invoke({}, { control }))}`);
};

const THROWS: Record<string, () => unknown> = {
  circular: causesItself,
  bare: () => Object.create(null),
  unreadable: () => Object.defineProperty(new Error(), 'message', { get: causesItself }),
  revoked: () => {
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    return proxy;
  },
  message: () => {
    process.send?.(null);
    return new Error('it broke');
  },
};

/** Throws what `kind` names. */
export const throwing = new StateGraph(Throwing)
  .addNode('throw', async ({ kind }) => {
    if (kind === 'drained') return drainsItsOwn();
    throw THROWS[kind]?.();
  })
  .addEdge(START, 'throw')
  .addEdge('throw', END)
  .compile();
