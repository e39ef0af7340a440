import { END, START, StateGraph } from '@langchain/langgraph';
import { z } from 'zod';

const State = z.object({
  when: z.iso.datetime().optional(),
  day: z.iso.date().optional(),
  hour: z.string().meta({ format: 'time' }).optional(),
});

/** Keeps the times it is given. */
export const dated = new StateGraph(State)
  .addNode('keep', () => ({}))
  .addEdge(START, 'keep')
  .addEdge('keep', END)
  .compile();
