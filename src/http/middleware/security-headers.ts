import type { Middleware } from 'koa';

/**
 * What every answer says to a browser: take it for nothing but what it says it is, put it in no frame, tell nobody where
 * it was. A page of ours sets a policy of its own under which it can work; pages of the project's application are its own.
 */
export const securityHeaders: Middleware = async (ctx, next) => {
  ctx.set('X-Content-Type-Options', 'nosniff');
  ctx.set('X-Frame-Options', 'DENY');
  ctx.set('Referrer-Policy', 'no-referrer');
  ctx.set('Content-Security-Policy', "default-src 'none'; frame-ancestors 'none'");
  if (!ctx.path.startsWith('/ui/')) ctx.set('Cross-Origin-Resource-Policy', 'same-origin');
  await next();
};
