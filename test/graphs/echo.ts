import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { last } from './channels.ts';

const State = Annotation.Root({ seen: last<unknown>(null), input: last<unknown>(null) });

/** What LangGraph keeps in `configurable` for itself is left out. */
const own = (values: Record<string, unknown> = {}): Record<string, unknown> =>
  Object.fromEntries(Object.entries(values).filter(([key]) => !key.startsWith('__')));

/** Answers with what its node was told beside the state. */
export const echo = new StateGraph(State)
  .addNode('look', (_state, config: LangGraphRunnableConfig) => ({
    seen: {
      configurable: own(config.configurable),
      context: config.context ?? null,
      metadata: own(config.metadata),
      tags: config.tags ?? [],
      recursionLimit: config.recursionLimit ?? null,
      runId: config.runId ?? null,
    },
  }))
  .addEdge(START, 'look')
  .addEdge('look', END)
  .compile();
