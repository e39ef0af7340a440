import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';

const State = Annotation.Root({
  ...MessagesAnnotation.spec,
  /** What it is to be about. */
  topic: Annotation<string>,
  length: Annotation<'short' | 'long'>,
});

const Context = Annotation.Root({
  /** In which voice it is written. */
  tone: Annotation<string>,
});

/** Says what it was asked for, at once. */
export const briefing = new StateGraph(State, Context)
  .addNode('write', ({ topic, length }, { context }) => ({
    messages: [{ role: 'assistant', content: `${length}, ${context?.tone ?? 'plain'}: ${topic}` }],
  }))
  .addEdge(START, 'write')
  .addEdge('write', END)
  .compile();
