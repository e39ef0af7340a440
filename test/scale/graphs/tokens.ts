import { Annotation, END, START, StateGraph, type LangGraphRunnableConfig } from '@langchain/langgraph';

const State = Annotation.Root({
  events: Annotation<number>({ reducer: (_, next) => next, default: () => 100 }),
  everyMs: Annotation<number>({ reducer: (_, next) => next, default: () => 10 }),
});

const work = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** One node that says `events` things, one every `everyMs`. */
export const tokens = new StateGraph(State)
  .addNode('say', async ({ events, everyMs }, config: LangGraphRunnableConfig) => {
    for (let n = 1; n <= events; n++) {
      config.writer?.({ n });
      await work(everyMs);
    }
    return {};
  })
  .addEdge(START, 'say')
  .addEdge('say', END)
  .compile();
