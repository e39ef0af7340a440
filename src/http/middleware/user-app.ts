import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import type { ReadableStream } from 'node:stream/web';
import type { Context, Middleware } from 'koa';
import { toRequest, type Asked } from '../web-request.ts';
import { readBody } from './json-body.ts';

/** A project's own application (`http.app`): Hono's, by shape. */
export interface HonoApp {
  fetch: (request: Request, env: Record<string, unknown>) => Response | Promise<Response>;
  notFound: (handler: (context: { env: Record<string, unknown> }) => unknown) => unknown;
}

export interface UserApp {
  app: HonoApp;
  /** Whether its own routes are only for those who are authenticated. */
  authenticated: boolean;
}

/** An answer that is written as it comes, once its head is complete. */
export interface Deferred {
  headers: Record<string, string>;
  write: () => Promise<void>;
}

/** Set while somebody outside still adds to the head of the answer; then streams wait here. */
export const DEFERS = 'defersStream';
export const DEFERRED = 'deferredStream';

const NEXT = 'holdpointNext';

/**
 * Puts the project's application around the server: its routes win, and its middleware sees every request and every
 * answer, of which it may change status, headers and body; of a stream only the headers.
 */
export const around = ({ app }: UserApp, bodyLimit: number): Middleware => {
  app.notFound(({ env }) => (env[NEXT] as () => Promise<Response>)());
  return async (ctx, next) => {
    const hasBody = ctx.method !== 'GET' && ctx.method !== 'HEAD';
    if (hasBody) ctx.state['rawBody'] = await readBody(ctx.req, bodyLimit);
    ctx.state[DEFERS] = true;
    const inner = async (): Promise<Response> => {
      await next();
      return toResponse(ctx);
    };
    const response = await app.fetch(
      toRequest(ctx.req as Asked, ctx.state['rawBody'] as Buffer | undefined),
      { [NEXT]: inner, principal: ctx.state['principal'] },
    );
    await send(ctx, response);
  };
};

/**
 * Shows the application a request that has no answer of the server's yet, such as an upgrade. What it answers itself;
 * undefined when it lets the request pass. What it would add to the head of an answer is lost.
 */
export const letPass = async (
  { app }: UserApp,
  request: IncomingMessage,
  principal: unknown,
): Promise<Response | undefined> => {
  let passed = false;
  const inner = async (): Promise<Response> => {
    passed = true;
    return new Response(null, { status: 200 });
  };
  const response = await app.fetch(toRequest(request as Asked), { [NEXT]: inner, principal });
  return passed && response.status === 200 ? undefined : response;
};

/** What the server itself answers. Its headers are taken over, so that the application may remove some. */
const toResponse = (ctx: Context): Response => {
  const deferred = ctx.state[DEFERRED] as Deferred | undefined;
  const headers = new Headers(deferred?.headers);
  for (const [name, value] of Object.entries(ctx.response.headers)) headers.set(name, String(value));
  if (deferred) return new Response(null, { status: 200, headers });
  const bodiless = ctx.status === 204 || ctx.status === 304;
  return new Response(
    bodiless || ctx.body == null ? null : typeof ctx.body === 'string' ? ctx.body : JSON.stringify(ctx.body),
    {
      status: ctx.status,
      headers,
    },
  );
};

const send = async (ctx: Context, response: Response): Promise<void> => {
  const deferred = ctx.state[DEFERRED] as Deferred | undefined;
  for (const name of Object.keys(ctx.response.headers)) if (!KEPT.test(name)) ctx.remove(name);
  response.headers.forEach((value, name) => name !== 'set-cookie' && ctx.set(name, value));
  const cookies = response.headers.getSetCookie();
  if (cookies.length > 0) ctx.set('set-cookie', cookies);
  const replaced = response.status !== 200 || response.body !== null;
  if (deferred && !replaced) return deferred.write();
  ctx.status = response.status;
  ctx.remove('content-length');
  ctx.body = response.body ? Readable.fromWeb(response.body as ReadableStream) : null;
  ctx.status = response.status;
};

/** What this server says of cross-origin calls and of the request stays, whatever the application answers. */
const KEPT = /^(access-control-|vary$|x-request-id$)/;
