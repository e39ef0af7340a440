import type { Middleware } from 'koa';
import { HoldpointError } from '../../model/errors.ts';

/** Who may call from a browser without being named: this machine's pages and LangGraph Studio. */
const ALWAYS = [
  /^https?:\/\/localhost(:\d+)?$/,
  /^https?:\/\/127\.0\.0\.1(:\d+)?$/,
  /^https:\/\/smith\.langchain\.com$/,
];

const EXPOSED = 'content-location, location, x-pagination-total, x-pagination-next';

/**
 * Cross-origin rules. An origin on the list is echoed, never `*`; any other is refused whatever it asks,
 * because a server without a key on loopback is otherwise open to every web page.
 */
export const origin =
  (allowed: readonly string[]): Middleware =>
  async (ctx, next) => {
    const from = ctx.get('Origin');
    if (from === '') return next();
    ctx.vary('Origin');
    if (!allowed.includes(from) && !ALWAYS.some((pattern) => pattern.test(from))) {
      throw new HoldpointError(
        'origin_refused',
        `Origin ${from} may not call this server. Add it to HOLDPOINT_ORIGINS.`,
        {
          details: { origin: from },
        },
      );
    }
    ctx.set('Access-Control-Allow-Origin', from);
    ctx.set('Access-Control-Expose-Headers', EXPOSED);
    if (ctx.method !== 'OPTIONS') return next();
    ctx.set('Access-Control-Allow-Methods', 'GET, POST, PUT, PATCH, DELETE, OPTIONS');
    ctx.set('Access-Control-Allow-Headers', ctx.get('Access-Control-Request-Headers') || 'content-type');
    ctx.set('Access-Control-Max-Age', '600');
    if (ctx.get('Access-Control-Request-Private-Network') === 'true') {
      ctx.set('Access-Control-Allow-Private-Network', 'true');
    }
    ctx.status = 204;
  };
