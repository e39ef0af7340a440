import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { last } from './channels.ts';

const Input = Annotation.Root({ question: last('') });
const Output = Annotation.Root({ answer: last('') });
const State = Annotation.Root({ ...Input.spec, ...Output.spec, scratch: last('') });

/** Takes a question and shows only the answer; its notes stay inside. */
export const graph = new StateGraph({ stateSchema: State, input: Input, output: Output })
  .addNode('think', ({ question }) => ({ scratch: `about ${question}`, answer: `${question}!` }))
  .addEdge(START, 'think')
  .addEdge('think', END)
  .compile();
