import type { IncomingHttpHeaders } from 'node:http';
import type { Context, Middleware } from 'koa';
import { HoldpointError } from '../../model/errors.ts';
import { refuseStrangeHost, type HostRules } from './hosts.ts';

/** Who may call from a browser without being named: this machine's pages and LangGraph Studio. */
const ALWAYS = [
  /^https?:\/\/localhost(:\d+)?$/,
  /^https?:\/\/127\.0\.0\.1(:\d+)?$/,
  /^https?:\/\/\[::1\](:\d+)?$/,
  /^https:\/\/smith\.langchain\.com$/,
];

const EXPOSED = 'content-location, location, x-pagination-total, x-pagination-next';

/** Beside those, and what the project's `http.cors` says. */
export interface OriginRules {
  hosts: HostRules;
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
    if (from !== '') ctx.vary('Origin');
    await refuseForeign(rules, ctx.headers, ctx.path);
    if (from === '') return next();
    ctx.set('Access-Control-Allow-Origin', from);
    ctx.set('Access-Control-Expose-Headers', [EXPOSED, ...(rules.exposed ?? [])].join(', '));
    if (rules.credentials === true) ctx.set('Access-Control-Allow-Credentials', 'true');
    if (ctx.method !== 'OPTIONS' || ctx.get('Access-Control-Request-Method') === '') return next();
    preflight(ctx, rules);
  };

/**
 * A WebSocket asks too. A page of this server's own may call; one that does not say where it is from may not embed.
 * @throws {HoldpointError} `host_refused`, or `origin_refused` unless a page of this origin may call.
 */
export const refuseForeign = async (
  rules: OriginRules,
  headers: IncomingHttpHeaders,
  path: string,
): Promise<void> => {
  const { host, origin: from } = headers;
  await refuseStrangeHost(rules.hosts, host);
  if (from === undefined ? !embeds(headers, path) : isOwn(from, host) || mayCall(rules, from)) return;
  const [who, hint] = from === undefined ? ['A page of another site', ''] : [`Origin ${from}`, HINT];
  throw new HoldpointError('origin_refused', `${who} may not call this server.${hint}`, {
    details: { ...(from !== undefined && { origin: from }) },
  });
};

const HINT = ' Add it to HOLDPOINT_ORIGINS.';

/** What a page of this server says of itself. */
const isOwn = (from: string, host: string | undefined): boolean =>
  host !== undefined && (from === `http://${host}` || from === `https://${host}`);

/** A page elsewhere asks as for an image or a script, of which a browser does not say where it is. */
const embeds = (headers: IncomingHttpHeaders, path: string): boolean =>
  headers['sec-fetch-site'] === 'cross-site' &&
  headers['sec-fetch-mode'] !== 'navigate' &&
  !path.startsWith('/ui/');

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
