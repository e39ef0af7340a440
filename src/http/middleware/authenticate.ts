import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from 'koa';
import type { Principal } from '../../model/principal.ts';
import { STUDIO_USER, type UserAuth } from '../../resources/user-auth.ts';

export interface Authentication {
  auth: UserAuth;
  /** Keys by which LangGraph Studio is let in as a user of its own; none: as anybody else. */
  studioKeys: readonly string[];
}

/** A request as far as authentication needs it, of HTTP and of a WebSocket alike. */
export interface Asked {
  method: string;
  /** Path and query. */
  url: string;
  headers: IncomingHttpHeaders;
}

/** Beside what says nothing of anybody: hooks, whose token is what they ask for. */
const OPEN = /^\/(ok|info)$|^\/ui\/[^/]+\/[^/]+$|^\/hooks\/[^/]+$/;

/** Establishes who asks, before anything of the body is read. Leaves it in `ctx.state.principal`. */
export const authenticate =
  (options: Authentication): Middleware =>
  async (ctx, next) => {
    if (!OPEN.test(ctx.path)) ctx.state['principal'] ??= await principalOf(options, ctx.req as Asked);
    await next();
  };

/** @throws {HoldpointError} `unauthenticated`, `forbidden`. */
export const principalOf = async (
  { auth, studioKeys }: Authentication,
  { method, url, headers }: Asked,
): Promise<Principal> => {
  if (isStudio(headers, studioKeys)) return STUDIO_USER;
  const base = `http://${headers.host ?? 'localhost'}`;
  return auth.authenticate(new Request(new URL(url, base), { method, headers: toHeaders(headers) }));
};

export const toHeaders = (headers: IncomingHttpHeaders): Headers => {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    for (const one of [value].flat()) if (one !== undefined) sent.append(name, one);
  }
  return sent;
};

/** That it says so is nothing; it must know a key. */
const isStudio = (headers: IncomingHttpHeaders, keys: readonly string[]): boolean => {
  const key = headers['x-api-key'];
  if (headers['x-auth-scheme'] !== 'langsmith' || typeof key !== 'string') return false;
  return keys.map((known) => timingSafeEqual(digest(known), digest(key))).some(Boolean);
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
