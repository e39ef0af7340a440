import type { Middleware } from 'koa';
import type { Logger } from '../../telemetry/logger.ts';
import type { Metrics } from '../../telemetry/metrics.ts';

interface ObserveOptions {
  log: Logger;
  metrics: Metrics;
  newId: () => string;
}

/** Gives each request an id, and logs and counts it when its answer has ended. */
export const observe =
  ({ log, metrics, newId }: ObserveOptions): Middleware =>
  async (ctx, next) => {
    const requestId = newId();
    ctx.state['requestId'] = requestId;
    ctx.set('X-Request-Id', requestId);
    const started = performance.now();
    ctx.res.once('close', () => {
      const ms = performance.now() - started;
      const route = (ctx.state['route'] as string | undefined) ?? 'none';
      const status = String(ctx.res.statusCode);
      metrics.requests.inc({ method: ctx.method, route, status });
      metrics.requestSeconds.observe({ method: ctx.method, route }, ms / 1000);
      log.debug({ requestId, method: ctx.method, path: ctx.path, status, ms: Math.round(ms) }, 'request');
    });
    await next();
  };
