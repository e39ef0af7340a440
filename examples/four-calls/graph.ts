import { setTimeout as wait } from 'node:timers/promises';
import { Annotation, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  fields: Annotation<number>,
  measured: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
  notes: Annotation<string[]>({ reducer: (before, added) => [...before, ...added], default: () => [] }),
});

/** Measures one field after the other, each in a step of its own that takes a moment. */
export const graph = new StateGraph(State)
  .addNode('measure', async ({ measured }) => {
    await wait(300);
    return { measured: [`field ${measured.length + 1}`] };
  })
  .addEdge('__start__', 'measure')
  .addConditionalEdges('measure', ({ fields, measured }) =>
    measured.length < fields ? 'measure' : '__end__',
  )
  .compile();

/** What a resume brings along becomes a note. */
export const onResume = ({ additionalContext }: { additionalContext: string | null }) => ({
  notes: additionalContext === null ? [] : [additionalContext],
});
