import { ChatOpenAI } from '@langchain/openai';
import { type AgentMiddleware, createAgent, humanInTheLoopMiddleware, tool } from 'langchain';
import { z } from 'zod';

const { OPENAI_API_KEY: apiKey, OPENAI_BASE_URL: baseURL } = process.env;

const writeFile = tool(({ path, content }) => `Wrote ${content.length} characters to ${path}.`, {
  name: 'write_file',
  description: 'Writes a file',
  schema: z.object({ path: z.string(), content: z.string() }),
});

/** Its types do not allow for exactOptionalPropertyTypes. */
const hold = humanInTheLoopMiddleware as unknown as (options: object) => AgentMiddleware;

/** LangChain's own agent, whose tool is held by LangChain's own middleware. */
export const hitl = createAgent({
  model: new ChatOpenAI({ model: 'rehearsal', apiKey: apiKey || 'none', configuration: { baseURL } }),
  tools: [writeFile],
  middleware: [hold({ interruptOn: { write_file: true } })],
}).graph;
