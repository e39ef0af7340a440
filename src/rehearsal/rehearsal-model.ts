import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import type { ModelRequest, Reply, Script } from './chat.ts';
import { asChunks, asJson, complete, type Completion } from './completion.ts';
import { type ChatRequest, readChatRequest } from './request.ts';
import { readmeStory } from './story.ts';

const MODEL = 'rehearsal';
const MAX_BODY_BYTES = 64 * 1024 * 1024;

export interface RehearsalModel {
  /** For `OPENAI_BASE_URL`: ends in `/v1`. */
  url: string;
  /** Stops listening and cuts what is under way. */
  close(): Promise<void>;
}

const sendJson = (response: ServerResponse, status: number, body: unknown): void => {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
};

const sendError = (
  response: ServerResponse,
  status: number,
  error: { message: string; param?: string },
): void => {
  const type =
    status === 429 ? 'rate_limit_exceeded' : status < 500 ? 'invalid_request_error' : 'server_error';
  sendJson(response, status, {
    error: { message: error.message, type, param: error.param ?? null, code: null },
  });
};

const readBody = async (request: IncomingMessage): Promise<string | undefined> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of request) {
    const bytes = Buffer.from(part as Uint8Array);
    size += bytes.length;
    if (size <= MAX_BODY_BYTES) parts.push(bytes);
  }
  return size > MAX_BODY_BYTES ? undefined : Buffer.concat(parts).toString('utf8');
};

const replyTo = async (script: Script, request: ModelRequest): Promise<Reply> => {
  if (typeof script === 'function') return script(request);
  return (
    script[request.turn] ?? { status: 400, text: `The script has no reply for turn ${request.turn + 1}.` }
  );
};

const sendStream = (response: ServerResponse, completion: Completion, includeUsage: boolean): void => {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for (const chunk of asChunks(completion, { includeUsage }))
    response.write(`data: ${JSON.stringify(chunk)}\n\n`);
  response.end('data: [DONE]\n\n');
};

const answer = async (script: Script, request: ChatRequest, response: ServerResponse): Promise<void> => {
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  const reply = await replyTo(script, request);
  if (reply.delayMs !== undefined) await delay(reply.delayMs, undefined, { signal: gone.signal });
  if (reply.status !== undefined && reply.status >= 400)
    return sendError(response, reply.status, { message: reply.text ?? `scripted failure ${reply.status}` });
  const completion = complete(reply, { model: request.model, prompt: JSON.stringify(request.messages) });
  if (request.stream) return sendStream(response, completion, request.includeUsage);
  sendJson(response, 200, asJson(completion));
};

const handle = async (script: Script, request: IncomingMessage, response: ServerResponse): Promise<void> => {
  const path = new URL(request.url ?? '/', 'http://rehearsal').pathname.replace(/\/+$/, '');
  if (request.method === 'GET' && path === '/v1/models')
    return sendJson(response, 200, {
      object: 'list',
      data: [{ id: MODEL, object: 'model', created: 0, owned_by: 'holdpoint' }],
    });
  if (request.method !== 'POST' || path !== '/v1/chat/completions')
    return sendError(response, 404, { message: `Unknown request URL: ${request.method} ${path}.` });
  const body = await readBody(request);
  if (body === undefined) return sendError(response, 413, { message: 'The request is too large.' });
  const read = readChatRequest(body);
  if ('problem' in read) return sendError(response, 400, read.problem);
  return answer(script, read.request, response);
};

/**
 * Starts an OpenAI-compatible endpoint on a free loopback port that answers from `script` (the README's story when
 * left out). It holds no conversation: each turn follows from the messages of its request, so it may be stopped and
 * started anywhere between two requests. It refuses the message orders that OpenAI refuses.
 */
export const startRehearsalModel = async (options: { script?: Script } = {}): Promise<RehearsalModel> => {
  const script = options.script ?? readmeStory;
  const server = createServer((request, response) => {
    handle(script, request, response).catch((error: unknown) => {
      if (response.destroyed) return;
      if (response.headersSent) response.destroy();
      else sendError(response, 500, { message: error instanceof Error ? error.message : String(error) });
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    close: async () => {
      const closed = once(server, 'close');
      server.close();
      server.closeAllConnections();
      await closed;
    },
  };
};
