import { randomUUID } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import Router from '@koa/router';
import Koa, { type Context } from 'koa';
import { HoldpointError } from '../model/errors.ts';
import { ANYBODY, type Principal } from '../model/principal.ts';
import { encodeState } from '../model/state-json.ts';
import type { KeyRing } from '../resources/key-ring.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import type { Tracing } from '../telemetry/tracing.ts';
import type { AccessControl } from './access.ts';
import { SERVER_ENDS, type Ending } from './ending.ts';
import { loggedPath } from './logged-path.ts';
import { isOpenTo } from './open-paths.ts';
import {
  authenticate,
  authenticatedStill,
  onlyForKnown,
  type Authentication,
} from './middleware/authenticate.ts';
import { consoleAtRoot, serveConsole } from './middleware/console.ts';
import { errors } from './middleware/errors.ts';
import { jsonBody } from './middleware/json-body.ts';
import { limitRate, type Limits } from './middleware/limits.ts';
import { noteRun, observe, traceparentOf } from './middleware/observe.ts';
import { securityHeaders } from './middleware/security-headers.ts';
import { origin, type OriginRules } from './middleware/origin.ts';
import { around, DEFERRED, DEFERS, type Deferred, type UserApp } from './middleware/user-app.ts';
import { Reply, StreamReply, type Guard, type Route } from './route.ts';

export interface AppOptions {
  routes: Route[];
  origins: OriginRules;
  authentication: Authentication;
  access: AccessControl;
  /** The project's own application, around all others. */
  userApp?: UserApp | undefined;
  /** Where the built console is; absent: there is none. */
  consoleDir?: string | undefined;
  bodyLimitBytes: number;
  limits: Limits;
  log: Logger;
  metrics: Metrics;
  tracing?: Tracing | undefined;
  ending: Ending;
}

/** The HTTP application, in the order a request goes through it. */
export const createApp = (options: AppOptions): Koa => {
  const { routes, origins, authentication, userApp, consoleDir, bodyLimitBytes, limits, log } = options;
  const isOpen = isOpenTo(routes);
  const app = new Koa();
  app.on('error', tell(log));
  app.use(observe({ ...options, newId: randomUUID }));
  app.use(errors(log));
  app.use(securityHeaders);
  app.use(origin(origins));
  app.use(limitRate(limits));
  if (consoleDir !== undefined) app.use(serveConsole(consoleDir));
  if (userApp) {
    const own = around(userApp, bodyLimitBytes);
    app.use(userApp.authenticated ? onlyForKnown(authentication, isOpen, own) : own);
    app.use(errors(log)); // the project's application gets an answer of ours, whatever happens
  }
  if (consoleDir !== undefined) app.use(consoleAtRoot);
  app.use(authenticate(authentication, isOpen));
  app.use(jsonBody(bodyLimitBytes));
  app.use(authenticatedStill(authentication));
  app.use(mount(options).routes());
  app.use((ctx) => {
    throw new HoldpointError('route_not_found', `There is no ${ctx.method} ${ctx.path}.`);
  });
  return app;
};

/** What nobody answers for any more. That a client broke its connection is nothing to tell. */
const tell =
  (log: Logger) =>
  (error: NodeJS.ErrnoException, ctx?: Context): void => {
    if (BROKEN.has(error.code ?? '')) return;
    log.error(
      { err: error, path: ctx && loggedPath(ctx.path), requestId: ctx?.state['requestId'] as unknown },
      'request failed',
    );
  };

const BROKEN = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE']);

const mount = ({ routes, access, authentication, limits, ending }: AppOptions): Router => {
  const router = new Router();
  for (const route of routes) {
    router[route.method](route.path, async (ctx) => {
      ctx.state['route'] = route.path;
      const principal =
        route.scope === 'open' ? undefined : (ctx.state['principal'] as Principal | undefined);
      whenClosed(ctx.res, limits.enter(ctx.req, principal));
      const guard = principal && access(route, principal);
      await answer(ctx, { route, principal, guard, keys: authentication.keys, ending });
    });
  }
  return router;
};

/** Said of every connection that ends: an error made for each would cost more than most requests. */
const LEFT = 'the connection ended';

/** Also when that was while the request was still read: then nobody would be told. */
const whenClosed = (res: ServerResponse, done: () => void): void => {
  if (res.closed) done();
  else res.once('close', done);
};

/** A stream lasts no longer than the key by which it was opened. */
const endWithKey = (ctx: Context, keys: KeyRing, principal: Principal | undefined): void => {
  if (principal?.key)
    whenClosed(
      ctx.res,
      keys.watch(principal.key.keyId, () => ctx.res.destroy()),
    );
};

interface Work {
  route: Route;
  principal: Principal | undefined;
  guard: Guard | undefined;
  keys: KeyRing;
  ending: Ending;
}

const answer = async (ctx: Context, { route, principal, guard, keys, ending }: Work): Promise<void> => {
  const left = new AbortController();
  whenClosed(ctx.res, () => left.abort(ending.cuts ? SERVER_ENDS : LEFT));
  const result = await route.run({
    params: ctx['params'] as unknown,
    query: ctx.query,
    body: ctx.state['body'] as unknown,
    request: {
      headers: ctx.headers,
      text: (ctx.state['text'] as string | undefined) ?? '',
      signal: left.signal,
      actor: principal?.identity ?? ANYBODY,
      principal,
      requestId: ctx.state['requestId'] as string,
      traceparent: traceparentOf(ctx),
    },
    guard,
  });
  if (result instanceof StreamReply) {
    if (result.whole) ending.wait(ctx.res, () => left.abort(SERVER_ENDS));
    else ending.stream(ctx.res);
    endWithKey(ctx, keys, principal);
    const write = () => stream(ctx, result, left.signal);
    if (!ctx.state[DEFERS]) return write();
    ctx.state[DEFERRED] = { headers: result.headers, write } satisfies Deferred;
    return;
  }
  send(ctx, route, result instanceof Reply ? result : new Reply(route.status ?? 200, result));
};

/** What others before it said that the answer varies by stays said. */
const send = (ctx: Context, route: Route, { status, body, headers }: Reply): void => {
  noteRun(ctx, body);
  const { Vary: vary = [], ...others } = headers;
  ctx.set(others);
  ctx.vary(vary);
  ctx.status = status;
  if (status === 204) return;
  const plain = typeof body === 'string' ? route.produces : undefined;
  ctx.type = plain ?? 'application/json';
  ctx.body = plain === undefined ? encodeState(body) : body;
};

/**
 * Writes the answer as it comes. Once its head is sent a failure is told by cutting the connection: a clean end
 * would be taken for the end of the run, a cut one makes clients come back and ask for the rest.
 */
const stream = async (ctx: Context, reply: StreamReply, signal: AbortSignal): Promise<void> => {
  ctx.respond = false;
  const { res } = ctx;
  res.statusCode = 200;
  for (const [name, value] of Object.entries(reply.headers)) res.setHeader(name, value);
  try {
    await reply.write(res, signal);
    res.end();
  } catch (error) {
    if (res.headersSent) res.destroy();
    else {
      for (const name of Object.keys(reply.headers)) res.removeHeader(name);
      ctx.respond = true;
    }
    throw error;
  }
};
