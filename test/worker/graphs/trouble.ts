import { execSync } from 'node:child_process';
import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import type { RunnableConfig } from '@langchain/core/runnables';
import { effect, wasDone } from '../../crash/graphs/effects.ts';

const State = Annotation.Root({
  /** What goes wrong in the node. */
  what: Annotation<Trouble>({ reducer: (_, next) => next, default: () => 'spin' }),
  /** Its reducer blocks when told to. */
  reduced: Annotation<string>({
    reducer: (_, next) => (next === 'doze' ? dozeForEver() : next),
    default: () => '',
  }),
  done: Annotation<boolean>({ reducer: (_, next) => next, default: () => false }),
});

type Values = typeof State.State;

export type Trouble = keyof typeof TROUBLES;

const work = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

const spinForEver = (): never => {
  for (;;);
};

/** Blocks until the watchdog has asked whose code this is, and a while longer: its answer goes its way. */
const spinUntilAsked = (): void => {
  const asks = globalThis as Record<symbol, unknown>;
  const name = Symbol.for('holdpoint.currentRun');
  const currentRun = asks[name] as () => unknown;
  let asked = Infinity;
  asks[name] = () => {
    asked = Date.now();
    return currentRun();
  };
  while (Date.now() < asked + 500);
};

/** The same as {@link spinForEver} without using the processor, which others want. */
const dozeForEver = (): never => {
  const nothing = new Int32Array(new SharedArrayBuffer(4));
  for (;;) Atomics.wait(nothing, 0, 0, 5);
};

const innermost = (depth: number): never => (depth === 0 ? spinForEver() : innermost(depth - 1));

const TROUBLES = {
  /** Blocks at once. */
  spin: async () => spinForEver(),
  /** Blocks after something was awaited. */
  spinLater: async () => {
    await work(50);
    await Promise.all([work(20), work(30)]);
    spinForEver();
  },
  /** Blocks in a function called from a callback. */
  spinInCallback: () =>
    new Promise((resolve) => {
      setTimeout(() => resolve([1, 2].map(() => innermost(3))), 30);
    }),
  /** Blocks in V8's own code. */
  waitNatively: async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
  },
  matchForEver: async () => {
    /^(a+)+$/.test(`${'a'.repeat(60)}b`);
  },
  /** Blocks where no interrupt reaches. */
  runProgram: async () => {
    execSync('sleep 60');
  },
  /** Blocks for longer than the API waits for a worker, and not for ever. */
  dozeAWhile: async () => {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 3000);
  },
  /** Takes its time whatever it is told, does something then, and is quick the next time. */
  deaf: async (config) => {
    if (!wasDone(config, 'deaf begins')) {
      effect(config, 'deaf begins');
      await work(1500);
    }
    effect(config, 'deaf is done');
  },
  /** Is never done the first time, and quick the next. */
  hangOnce: async (config) => {
    if (wasDone(config, 'hang begins')) return;
    effect(config, 'hang begins');
    await work(600_000);
  },
  exit: async () => process.exit(3),
  exitLater: async () => {
    await work(20);
    process.exit(3);
  },
  /** Throws where nobody can catch it. */
  throwOutside: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error('thrown outside of every promise');
      }, 20);
    }),
  /** The same with all that a server has sent, and with a key. */
  throwMuch: () =>
    new Promise(() => {
      setTimeout(() => {
        throw new Error(`sk-0123456789abcdef is wrong: ${'x'.repeat(7e6)}`);
      }, 20);
    }),
  /** A promise of its own is rejected and nobody looks at it. */
  stray: async () => {
    void Promise.reject(new Error('stray'));
    await work(20);
  },
  /** The same with much to say. */
  strayMuch: async () => {
    void Promise.reject(new Error(`stray: ${'x'.repeat(16e6)}`));
    await work(20);
  },
  /** Takes memory until there is none. */
  hog: async () => {
    const taken: number[][] = [];
    for (;;) {
      taken.push(Array.from({ length: 1e6 }, (_, i) => i));
      await work(0);
    }
  },
  /** The same without leaving the event loop to others. */
  hogAtOnce: async () => {
    const taken: number[][] = [];
    for (;;) taken.push(Array.from({ length: 1e5 }, Math.random));
  },
  /** Is killed, as by a kernel that has no memory left, while it blocks. */
  killedAtWork: async () => {
    spinUntilAsked();
    process.kill(process.pid, 'SIGKILL');
    spinForEver();
  },
} as const satisfies Record<string, (config: RunnableConfig) => unknown>;

const trouble = async ({ what }: Values, config: RunnableConfig): Promise<Partial<Values>> => {
  effect(config, what);
  await TROUBLES[what](config);
  return { done: true };
};

/** Never says where to, when told to. */
const leave = async ({ reduced }: Values): Promise<typeof END> =>
  reduced === 'hang' ? new Promise(() => {}) : END;

/** One node in which something goes wrong. */
export const troubles = new StateGraph(State)
  .addNode('trouble', trouble)
  .addEdge(START, 'trouble')
  .addConditionalEdges('trouble', leave, [END])
  .compile();

/** A function that makes the graph, or makes trouble instead. */
export const makeTrouble = (config: { configurable?: { building?: 'doze' | 'throw' | 'never' } }) => {
  const building = config.configurable?.building;
  if (building === 'throw') throw new Error('nothing to build with');
  if (building === 'doze') dozeForEver();
  if (building !== 'never') return troubles;
  effect(config, 'is never made');
  return new Promise<never>(() => {});
};
