import {
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ChatOpenAI } from '@langchain/openai';

/** One turn of the chat model that the environment names. */
export const chat = new StateGraph(MessagesAnnotation)
  .addNode('model', async ({ messages }, config: LangGraphRunnableConfig) => {
    const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = process.env;
    const model = new ChatOpenAI({
      model: 'rehearsal',
      apiKey: apiKey || 'none',
      configuration: { baseURL },
    });
    return { messages: [await model.invoke(messages, config)] };
  })
  .addEdge(START, 'model')
  .addEdge('model', END)
  .compile();
