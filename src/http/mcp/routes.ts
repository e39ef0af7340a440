import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import { ownUrl } from '../own-url.ts';
import { Reply, route, StreamReply, type RequestFacts, type Route } from '../route.ts';
import { JsonObjectBody } from '../schemas.ts';
import { scopesOfMcp } from '../rpc-scopes.ts';
import { hasLeft } from '../sse.ts';
import type { McpDeps } from './deps.ts';
import { loadSdk } from './sdk.ts';
import { createMcpServer } from './server.ts';

const tag = 'mcp';

/** Each assistant as a tool, and the tools that operate them: stateless, over streamable HTTP. */
export const mcpRoutes = (deps: McpDeps): Route[] => [
  route({
    method: 'post',
    path: '/mcp',
    scope: 'any',
    moreScopes: scopesOfMcp,
    tag,
    summary: 'MCP over streamable HTTP, stateless: assistants as tools, questions, decisions, pause, resume',
    body: z.unknown().meta({ type: 'object', description: 'a JSON-RPC message' }),
    response: JsonObjectBody,
    handle: ({ body, request }) => respond(deps, { body, request }),
  }),
  route({
    method: 'get',
    path: '/mcp',
    scope: 'any',
    tag,
    summary: 'Refused with 405: there is no stream beside that of a request',
    status: 405,
    handle: () => refused(405, 'There is no stream beside that of a request.', { Allow: 'POST' }),
  }),
  route({
    method: 'delete',
    path: '/mcp',
    scope: 'any',
    tag,
    summary: 'Refused with 404: there are no sessions',
    status: 404,
    handle: () => refused(404, 'There are no sessions: each request stands alone.'),
  }),
];

/** As every refusal, and as the protocol says it. */
const refused = (status: number, message: string, headers: Record<string, string> = {}): Reply => {
  const error = { code: -32000, message };
  const body = { code: 'not_supported', message, metadata: {}, detail: message };
  return new Reply(status, { ...body, jsonrpc: '2.0', id: null, error }, headers);
};

const respond = async (deps: McpDeps, { body, request }: { body: unknown; request: RequestFacts }) => {
  const sdk = await loadSdk();
  const server = createMcpServer({ sdk, deps, request });
  const transport = new sdk.WebStandardStreamableHTTPServerTransport({ keepAliveMs: deps.heartbeatMs });
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  const response = await transport.handleRequest(toWeb(request), { parsedBody: body ?? null });
  const headers = Object.fromEntries(response.headers);
  const { body: stream } = response;
  if (stream && response.headers.get('content-type')?.startsWith('text/event-stream'))
    return new StreamReply(headers, (raw, signal) => pipe(stream, raw, signal), true);
  const text = await response.text();
  return new Reply(response.status, text === '' ? {} : (JSON.parse(text) as unknown));
};

const toWeb = ({ headers }: RequestFacts): Request => {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== undefined) sent.append(name, one);
  }
  return new Request(`${ownUrl(headers)}/mcp`, { method: 'POST', headers: sent });
};

/** Until the end, or until the caller has left: then nothing waits for it any more. */
const pipe = async (
  stream: ReadableStream<Uint8Array>,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> => {
  response.flushHeaders();
  const reader = stream.getReader();
  const cancel = () => hasLeft(signal) && void reader.cancel().catch(() => {});
  signal.addEventListener('abort', cancel, { once: true });
  for (let next = await reader.read(); !next.done; next = await reader.read()) response.write(next.value);
};
