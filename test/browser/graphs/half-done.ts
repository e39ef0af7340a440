import { Annotation, END, START, StateGraph } from '@langchain/langgraph';
import { effect } from 'holdpoint/gates';
import { callOut } from '../../graphs/call-out.ts';

const State = Annotation.Root({ url: Annotation<string>, sent: Annotation<boolean> });

/** Sends a mail that takes until the test lets go of it: cut in between, nobody knows whether it was sent. */
export const halfDone = new StateGraph(State)
  .addNode('send', async ({ url }) => {
    const sent = await effect({
      name: 'send the mail',
      run: async () => {
        await callOut(url, 'mail');
        return true;
      },
      onInDoubt: 'hold',
    });
    return { sent };
  })
  .addEdge(START, 'send')
  .addEdge('send', END)
  .compile();
