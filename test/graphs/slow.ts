import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { callOut } from './call-out.ts';
import { gathered, last } from './channels.ts';

const State = Annotation.Root({ url: last(''), deaf: last(false), tag: last(''), path: gathered<string>() });

/**
 * Three steps; the second calls `url` and goes on when the test answers, so a test holds a run where it wants it.
 * `deaf` makes it ignore that the run was aborted.
 */
export const slow = new StateGraph(State)
  .addNode('before', () => ({ path: 'before' }))
  .addNode('wait', async ({ url, deaf, tag }, config: LangGraphRunnableConfig) => {
    config.writer?.({ waiting: tag });
    await callOut(url, { waiting: tag }, deaf ? undefined : config.signal);
    return { path: 'wait' };
  })
  .addNode('after', () => ({ path: 'after' }))
  .addEdge(START, 'before')
  .addEdge('before', 'wait')
  .addEdge('wait', 'after')
  .addEdge('after', END)
  .compile();

/** What a document of the session says of it. */
export const snapshot = ({ path }: { path: string[] }) => ({
  task: 'carry it there',
  progress: path.map((_, index) => (index === 0 ? 'one step done' : 'another step done')),
});
