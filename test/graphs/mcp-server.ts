import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { z } from 'zod';

/** A real MCP server with one tool, which says of itself that it only reads, and another once it is to `grow`. */
export const startTickets = async () => {
  const opened: string[] = [];
  const closed: string[] = [];
  let grown = false;
  const makeServer = () => {
    const server = new McpServer({ name: 'tickets', version: '1' });
    server.registerTool(
      'open',
      {
        description: 'Opens a ticket',
        inputSchema: { title: z.string() },
        annotations: { readOnlyHint: true },
      },
      ({ title }) => {
        opened.push(title);
        return { content: [{ type: 'text', text: `Opened "${title}" as number ${opened.length}.` }] };
      },
    );
    if (grown)
      server.registerTool('close', { inputSchema: { title: z.string() } }, ({ title }) => {
        closed.push(title);
        return { content: [{ type: 'text', text: `Closed "${title}".` }] };
      });
    return server;
  };
  const http = createServer((request, response) => {
    const transport = new StreamableHTTPServerTransport();
    void makeServer()
      .connect(transport as never)
      .then(() => transport.handleRequest(request, response));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}/mcp`,
    opened,
    closed,
    grow: () => {
      grown = true;
    },
    close: () => {
      http.closeAllConnections();
      http.close();
    },
  };
};
