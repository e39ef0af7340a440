import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { last } from './channels.ts';

const Steps = Annotation.Root({
  n: last(0),
  steps: last(1),
  sleep_ms: last(0),
  pad: last(''),
});

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** `steps` supersteps, each of `sleep_ms`, then the end. */
export const steps = new StateGraph(Steps)
  .addNode('step', async ({ n, sleep_ms }) => {
    if (sleep_ms > 0) await sleep(sleep_ms);
    return { n: n + 1 };
  })
  .addEdge(START, 'step')
  .addConditionalEdges('step', (state) => (state.n < state.steps ? 'step' : END), ['step', END])
  .compile();

const Tokens = Annotation.Root({ n: last(0), events: last(3), bytes: last(0) });

/** Writes `events` custom events that carry `bytes` characters each. */
export const tokens = new StateGraph(Tokens)
  .addNode('write', async ({ events, bytes }, config: LangGraphRunnableConfig) => {
    const pad = 'x'.repeat(bytes);
    for (let i = 0; i < events; i++) {
      config.writer?.({ i, text: 'token ', ...(bytes > 0 && { pad }) });
      if (i % 50 === 49) await sleep(0);
    }
    return { n: events };
  })
  .addEdge(START, 'write')
  .addEdge('write', END)
  .compile();

/** Never ends by itself. */
export const looping = new StateGraph(Steps)
  .addNode('step', ({ n }) => ({ n: n + 1 }))
  .addEdge(START, 'step')
  .addEdge('step', 'step')
  .compile();
