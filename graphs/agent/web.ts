import { tool } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { effect, NotHappened } from 'holdpoint/gates';
import { z } from 'zod';
import { exchange, isReading, MOST_BYTES, type WebAnswer } from './exchange.ts';

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

const checked = (request: Request): void => {
  const { username, password } = new URL(request.url);
  if (username !== '' || password !== '')
    throw new Error('the URL may not contain a user name or a password');
  const header = Object.keys(request.headers ?? {}).find((name) => REFUSED_HEADERS.test(name));
  if (header !== undefined) throw new Error(`the header ${header} may not be set`);
  if (isReading(request.method) && request.body !== undefined)
    throw new Error(`a ${request.method} request has no body`);
};

const asText = (body: Buffer): string =>
  body.includes(0) ? `(${body.length} bytes that are no text)` : new TextDecoder().decode(body);

const shown = ({ url, response, body, cut }: WebAnswer): string => {
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

const call = async (request: Request, signal: AbortSignal | undefined): Promise<string> =>
  shown(await exchange(request, signal).catch(sortFailure));

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
