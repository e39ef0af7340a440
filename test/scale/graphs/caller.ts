import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { Client } from '@langchain/langgraph-sdk';

/** Made before anybody can have said where the server is. */
const client = new Client();

/** One node that asks the server it runs in which graphs it has. */
export const caller = new StateGraph(Annotation.Root({ graphs: Annotation<string[]> }))
  .addNode('call', async () => {
    const assistants = await client.assistants.search({ limit: 100 });
    return { graphs: assistants.map(({ graph_id: id }) => id) };
  })
  .addEdge(START, 'call')
  .addEdge('call', END)
  .compile();
