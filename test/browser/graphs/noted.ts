import { Annotation, END, MessagesAnnotation, START, StateGraph } from '@langchain/langgraph';
import { callOut } from '../../graphs/call-out.ts';

const State = Annotation.Root({ ...MessagesAnnotation.spec, url: Annotation<string> });

/** Two steps, the first held at the address; keeps messages, so that what a person adds at a resume is among them. */
export const noted = new StateGraph(State)
  .addNode('wait', async ({ url }, { signal }) => {
    await callOut(url, 'waiting', signal);
    return { messages: [{ role: 'assistant', content: 'I waited.' }] };
  })
  .addNode('after', () => ({ messages: [{ role: 'assistant', content: 'I went on.' }] }))
  .addEdge(START, 'wait')
  .addEdge('wait', 'after')
  .addEdge('after', END)
  .compile();
