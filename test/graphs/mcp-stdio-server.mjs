// A real MCP server that is a program: it is started for a call and speaks by its standard input and output.
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { z } from 'zod';

const server = new McpServer({ name: 'adder', version: '1' });
server.registerTool(
  'add',
  { description: 'Adds two numbers', inputSchema: { a: z.number(), b: z.number() } },
  ({ a, b }) => ({
    content: [{ type: 'text', text: `${a + b}` }],
  }),
);
await server.connect(new StdioServerTransport());
