import { type IncomingMessage, type RequestOptions, request as httpRequestTo } from 'node:http';
import { request as httpsRequestTo } from 'node:https';
import { tool } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { effect, NotHappened } from 'holdpoint/gates';
import ipaddr from 'ipaddr.js';
import { RequestFilteringHttpAgent, RequestFilteringHttpsAgent } from 'request-filtering-agent';
import { z } from 'zod';

const PATIENCE_MS = 30_000;
const MOST_BYTES = 256 * 1024;
const MOST_REDIRECTS = 5;

/** Headers that belong to the connection, or by which a request that looks like reading becomes a writing one. */
const REFUSED_HEADERS =
  /^(host|connection|content-length|transfer-encoding|upgrade|te|trailer|expect|keep-alive|proxy-.*|x-http-method.*|x-method-override)$/i;

const METHODS = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

const Request = z.object({
  url: z.url({ protocol: /^https?$/ }).describe('http or https'),
  method: z.enum(METHODS).default('GET'),
  headers: z.record(z.string(), z.string()).optional(),
  body: z
    .string()
    .max(1024 * 1024)
    .optional()
    .describe('For the writing methods only'),
});

type Request = z.infer<typeof Request>;

/** Whether a request with this method, as the model gave it, only reads. Left out, it is GET. */
export const isReading = (method: unknown): boolean =>
  method === undefined || method === 'GET' || method === 'HEAD';

/** Addresses of private networks that may be called all the same: `HOLDPOINT_HTTP_ALLOW`, IPs and CIDRs. */
const allowedAddresses = (): string[] => {
  const listed = (process.env['HOLDPOINT_HTTP_ALLOW'] ?? '').split(',').map((entry) => entry.trim());
  const entries = listed.filter((entry) => entry !== '');
  const wrong = entries.find((entry) => !ipaddr.isValid(entry) && !ipaddr.isValidCIDR(entry));
  if (wrong !== undefined)
    throw new Error(`HOLDPOINT_HTTP_ALLOW has "${wrong}", which is neither an IP address nor a CIDR block`);
  return entries;
};

/** Refuses every connection to a private or reserved address, whatever name led there, when it is opened. */
const guardedAgent = (url: URL) => {
  const options = { allowIPAddressList: allowedAddresses(), keepAlive: false };
  return url.protocol === 'https:'
    ? new RequestFilteringHttpsAgent(options)
    : new RequestFilteringHttpAgent(options);
};

const checked = (request: Request): void => {
  const { username, password } = new URL(request.url);
  if (username !== '' || password !== '')
    throw new Error('the URL may not contain a user name or a password');
  const header = Object.keys(request.headers ?? {}).find((name) => REFUSED_HEADERS.test(name));
  if (header !== undefined) throw new Error(`the header ${header} may not be set`);
  if (isReading(request.method) && request.body !== undefined)
    throw new Error(`a ${request.method} request has no body`);
};

const open = (url: URL, request: Request, signal: AbortSignal): Promise<IncomingMessage> =>
  new Promise((resolve, reject) => {
    const options: RequestOptions = {
      method: request.method,
      headers: { 'user-agent': 'holdpoint-agent', 'accept-encoding': 'identity', ...request.headers },
      agent: guardedAgent(url),
      signal,
    };
    const outgoing = (url.protocol === 'https:' ? httpsRequestTo : httpRequestTo)(url, options, resolve);
    outgoing.once('error', reject);
    outgoing.once('upgrade', (head) => {
      head.destroy();
      reject(new Error('it answered 101: it wants to speak something else than HTTP'));
    });
    outgoing.end(request.body);
  });

/** What is said to one server is not said to another that it names. */
const withoutSecrets = (request: Request): Request => ({
  ...request,
  headers: Object.fromEntries(
    Object.entries(request.headers ?? {}).filter(([name]) =>
      /^(accept|accept-language|user-agent)$/i.test(name),
    ),
  ),
});

/** Follows redirects of reading requests; a writing one was approved for its own URL only. */
const follow = async (
  request: Request,
  signal: AbortSignal,
): Promise<{ url: URL; response: IncomingMessage }> => {
  let url = new URL(request.url);
  let sent = request;
  for (let hops = 0; ; hops += 1) {
    const response = await open(url, sent, signal);
    const { location } = response.headers;
    const moved = [301, 302, 303, 307, 308].includes(response.statusCode ?? 0) && location !== undefined;
    if (!moved || !isReading(request.method)) return { url, response };
    response.destroy();
    if (hops >= MOST_REDIRECTS) throw new Error(`it was redirected more than ${MOST_REDIRECTS} times`);
    const next = new URL(location, url);
    if (!/^https?:$/.test(next.protocol)) throw new Error(`it was redirected to ${next.protocol}`);
    if (next.origin !== url.origin) sent = withoutSecrets(sent);
    url = next;
  }
};

const readBody = async (response: IncomingMessage): Promise<{ body: Buffer; cut: boolean }> => {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response) {
    parts.push(part as Buffer);
    size += (part as Buffer).length;
    if (size > MOST_BYTES) break; // leaving the loop ends the connection
  }
  return { body: Buffer.concat(parts).subarray(0, MOST_BYTES), cut: size > MOST_BYTES };
};

const asText = (body: Buffer): string =>
  body.includes(0) ? `(${body.length} bytes that are no text)` : new TextDecoder().decode(body);

const shown = async (url: URL, response: IncomingMessage): Promise<string> => {
  const { body, cut } = await readBody(response);
  const { 'content-type': type, location } = response.headers;
  return [
    `HTTP ${response.statusCode} ${response.statusMessage} from ${url.href}`,
    ...(type === undefined ? [] : [`content-type: ${type}`]),
    ...(location === undefined ? [] : [`location: ${location}`]),
    '',
    asText(body),
    ...(cut ? [`(cut after ${MOST_BYTES} bytes)`] : []),
  ].join('\n');
};

/** Errors by which a connection was never made, so that nobody heard the request. */
const UNHEARD = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH']);

const sortFailure = (error: unknown): never => {
  const { code, message } = error as { code?: string; message?: string };
  const refused = /is not allowed\.? /i.test(`${message} `); // by the guard, before it connects
  if (refused || UNHEARD.has(code ?? '')) throw new NotHappened(message, { cause: error });
  throw error;
};

const call = async (request: Request, signal: AbortSignal | undefined): Promise<string> => {
  const patience = AbortSignal.timeout(PATIENCE_MS);
  const either = signal === undefined ? patience : AbortSignal.any([patience, signal]);
  try {
    const { url, response } = await follow(request, either);
    return await shown(url, response);
  } catch (error) {
    if (patience.aborted)
      throw new Error(`no complete answer within ${PATIENCE_MS / 1000} s`, { cause: error });
    return sortFailure(error);
  }
};

/** By this header (an IETF draft that many services know) the target can tell a repetition. */
const withKey = (request: Request, key: string): Request => {
  const { headers = {} } = request;
  const named = Object.keys(headers).some((name) => name.toLowerCase() === 'idempotency-key');
  return named ? request : { ...request, headers: { ...headers, 'idempotency-key': key } };
};

export const httpRequest = tool(
  (input, config: LangGraphRunnableConfig) => {
    checked(input);
    if (isReading(input.method)) return call(input, config.signal);
    const { method, url } = input;
    return effect(
      {
        name: 'http_request',
        args: { method, url },
        run: ({ key, signal }) => call(withKey(input, key), signal),
      },
      config,
    );
  },
  {
    name: 'http_request',
    description:
      'Call an HTTP or HTTPS address of the internet. GET and HEAD run at once; a person approves each other call.',
    schema: Request,
  },
);
