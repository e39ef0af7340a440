import type { ThreadNow } from './thread-now.ts';
import type { HistoryQuery, StateQuery, ThreadState } from './thread-state.ts';
import type { DeclaredShape } from './schemas/graph-shape.ts';

/** A graph, and what it is built with where `langgraph.json` names a function that makes it. */
export interface BuiltWith {
  graphId: string;
  config?: Record<string, unknown> | undefined;
}

/**
 * What is read of graphs and, by them, of threads. Runs no node and no edge. A graph that is a function is called for
 * each answer, with `config`.
 * @throws {HoldpointError} `graph_not_found`; `graph_load_failed`; `worker_unavailable` when a worker was to read it
 * and none answered in time.
 */
export interface GraphReads {
  state(input: BuiltWith & { query: StateQuery }): Promise<ThreadState>;
  history(input: BuiltWith & { query: HistoryQuery }): Promise<ThreadState[]>;
  /** What a thread shows of its latest checkpoint. */
  now(input: BuiltWith & { threadId: string }): Promise<ThreadNow>;
  /** The graph as nodes and edges; `xray` opens subgraphs, all of them or so many levels deep. */
  draw(input: BuiltWith & { xray: boolean | number }): Promise<unknown>;
  /** What the graph says of its own shape. */
  shape(input: BuiltWith): Promise<DeclaredShape>;
  /** The same of the graphs within it, by namespace; of one namespace only, when it is given. */
  subgraphs(
    input: BuiltWith & { namespace?: string | undefined; recurse: boolean },
  ): Promise<Record<string, DeclaredShape>>;
  /** Whether checkpoints can be read without those before them. */
  standsAlone(input: BuiltWith): Promise<boolean>;
}

/** One question to {@link GraphReads}, as it goes from process to process. */
export type ReadGraph = {
  [R in keyof GraphReads]: { read: R; input: Parameters<GraphReads[R]>[0] };
}[keyof GraphReads];

interface RoutedReads {
  /** Whether the graph is a function. */
  isFunction: (graphId: string) => Promise<boolean>;
  local: () => Promise<GraphReads>;
  /** Asks a process that may be blocked by the graph's own code. Answers JSON text. */
  ask: (question: ReadGraph) => Promise<string>;
}

/**
 * Reads compiled graphs in this process. A graph that is a function is code which may block or throw: it is called
 * elsewhere.
 */
export const routeGraphReads = ({ isFunction, local, ask }: RoutedReads): GraphReads => {
  const route =
    <R extends keyof GraphReads>(read: R) =>
    async (input: Parameters<GraphReads[R]>[0]): Promise<never> => {
      if (await isFunction(input.graphId))
        return JSON.parse(await ask({ read, input } as ReadGraph)) as never;
      return (await answerRead(await local(), { read, input } as ReadGraph)) as never;
    };
  return {
    state: route('state'),
    history: route('history'),
    now: route('now'),
    draw: route('draw'),
    shape: route('shape'),
    subgraphs: route('subgraphs'),
    standsAlone: route('standsAlone'),
  };
};

/** The answer to a question that came from elsewhere. */
export const answerRead = (reads: GraphReads, { read, input }: ReadGraph): Promise<unknown> =>
  (reads[read] as (input: ReadGraph['input']) => Promise<unknown>)(input);
