import type { Context, Middleware } from 'koa';
import { isRecord } from '../../model/json.ts';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';
import { loggedPath } from '../logged-path.ts';
import type { Span, Tracing } from '../../telemetry/tracing.ts';

interface ObserveOptions {
  log: Logger;
  metrics: Metrics;
  tracing?: Tracing | undefined;
  newId: () => string;
}

/** Gives each request an id; logs, counts and, where that is wanted, traces it until its answer has ended. */
export const observe =
  ({ log, metrics, tracing, newId }: ObserveOptions): Middleware =>
  async (ctx, next) => {
    const requestId = newId();
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    const started = performance.now();
    const path = loggedPath(ctx.path);
    const span = tracing?.start({
      name: ctx.method,
      kind: 'server',
      parent: ctx.get('traceparent'),
      attributes: {
        'http.request.method': ctx.method,
        'url.path': path,
        'holdpoint.request_id': requestId,
      },
    });
    ctx.state[SPAN] = span;
    ctx.res.once('close', () => {
      const ms = performance.now() - started;
      const route = (ctx.state['route'] as string | undefined) ?? 'none';
      const status = String(ctx.res.statusCode);
      metrics.requests.inc({ method: ctx.method, route, status });
      metrics.requestSeconds.observe({ method: ctx.method, route }, ms / 1000);
      log.debug({ requestId, method: ctx.method, path, status, ms: Math.round(ms) }, 'request');
      span?.rename(`${ctx.method} ${route}`);
      span?.set({ 'http.route': route, 'http.response.status_code': ctx.res.statusCode, ...runOf(ctx) });
      span?.end(ctx.res.statusCode >= 500 ? `answered ${status}` : undefined);
    });
    await next();
  };

const SPAN = 'span';
const RUN = 'run';

/** Notes which run an answer is about, for the trace of its request. */
export const noteRun = (ctx: Context, body: unknown): void => {
  if (isRecord(body) && typeof body['run_id'] === 'string') ctx.state[RUN] = body['run_id'];
};

/** Where the answer is what a graph says, its head alone names the run. */
const runOf = (ctx: Context): { 'holdpoint.run_id'?: string } => {
  const [, located] = /\/runs\/([^/]+)$/.exec(ctx.response.get('Content-Location')) ?? [];
  const runId = located ?? (ctx.state[RUN] as string | undefined);
  return runId === undefined ? {} : { 'holdpoint.run_id': runId };
};

/** The place of the request in its trace, where it is traced. */
export const traceparentOf = (ctx: Context): string | undefined =>
  (ctx.state[SPAN] as Span | undefined)?.traceparent;
