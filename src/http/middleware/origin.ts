import type { Context, Middleware } from 'koa';
import { HoldpointError } from '../../model/errors.ts';

/** Who may call from a browser without being named: this machine's pages and LangGraph Studio. */
const ALWAYS = [
  /^https?:\/\/localhost(:\d+)?$/,
  /^https?:\/\/127\.0\.0\.1(:\d+)?$/,
  /^https:\/\/smith\.langchain\.com$/,
];

const EXPOSED = 'content-location, location, x-pagination-total, x-pagination-next';

/** Beside those, and what the project's `http.cors` says. */
export interface OriginRules {
  allowed: readonly string[];
  pattern?: RegExp | undefined;
  methods?: readonly string[] | undefined;
  headers?: readonly string[] | undefined;
  exposed?: readonly string[] | undefined;
  credentials?: boolean | undefined;
  maxAgeSeconds?: number | undefined;
}

/**
 * Cross-origin rules. An origin on the list is echoed, never `*`; any other is refused whatever it asks,
 * because a server without a key on loopback is otherwise open to every web page.
 */
export const origin =
  (rules: OriginRules): Middleware =>
  async (ctx, next) => {
    const from = ctx.get('Origin');
    if (from === '') return next();
    ctx.vary('Origin');
    refuseForeign(rules, from);
    ctx.set('Access-Control-Allow-Origin', from);
    ctx.set('Access-Control-Expose-Headers', [EXPOSED, ...(rules.exposed ?? [])].join(', '));
    if (rules.credentials === true) ctx.set('Access-Control-Allow-Credentials', 'true');
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') return next();
    preflight(ctx, rules);
  };

/**
 * A WebSocket asks too.
 * @throws {HoldpointError} `origin_refused` unless a page of this origin may call.
 */
export const refuseForeign = (rules: OriginRules, from: string): void => {
  if (mayCall(rules, from)) return;
  throw new HoldpointError(
    'origin_refused',
    `Origin ${from} may not call this server. Add it to HOLDPOINT_ORIGINS.`,
    { details: { origin: from } },
  );
};

/** Whether a page of this origin may call. */
export const mayCall = ({ allowed, pattern }: OriginRules, from: string): boolean =>
  allowed.includes(from) || pattern?.test(from) === true || ALWAYS.some((always) => always.test(from));

const preflight = (ctx: Context, { methods, headers, maxAgeSeconds = 600 }: OriginRules): void => {
  const asked = ctx.get('Access-Control-Request-Headers') || 'content-type';
  ctx.set('Access-Control-Allow-Methods', methods?.join(', ') ?? 'GET, POST, PUT, PATCH, DELETE, OPTIONS');
  ctx.set('Access-Control-Allow-Headers', headers?.join(', ') ?? asked);
  ctx.set('Access-Control-Max-Age', String(maxAgeSeconds));
  if (ctx.get('Access-Control-Request-Private-Network') === 'true') {
    ctx.set('Access-Control-Allow-Private-Network', 'true');
  }
  ctx.status = 204;
};
