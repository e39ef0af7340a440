import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { Middleware } from 'koa';
import { HoldpointError } from '../../model/errors.ts';
import type { Principal } from '../../model/principal.ts';
import type { KeyRing } from '../../resources/key-ring.ts';
import { toRequest, type Asked } from '../web-request.ts';
import { STUDIO_USER, type UserAuth } from '../../resources/user-auth.ts';

export interface Authentication {
  keys: KeyRing;
  /** The project's own. */
  auth?: UserAuth | undefined;
  /** Keys by which LangGraph Studio is let in as a user of its own; none: as anybody else. */
  studioKeys: readonly string[];
}

type IsOpen = (method: string, path: string) => boolean;

/**
 * Establishes who asks, before anything of the body is read. Leaves it in `ctx.state.principal`; there is none
 * where nobody is asked.
 */
export const authenticate =
  (options: Authentication, isOpen: IsOpen): Middleware =>
  async (ctx, next) => {
    if (!isOpen(ctx.method, ctx.path))
      ctx.state['principal'] ??= await principalOf(options, ctx.req as Asked);
    await next();
  };

/**
 * A body may take minutes to come: a key that was revoked, or has expired, meanwhile does nothing any more.
 * @throws {HoldpointError} `unauthenticated`.
 */
export const authenticatedStill =
  ({ keys }: Pick<Authentication, 'keys'>): Middleware =>
  async (ctx, next) => {
    await mustBeInForce(keys, ctx.state['principal'] as Principal | undefined);
    await next();
  };

/** @throws {HoldpointError} `unauthenticated` when the caller's key is no good any more. */
export const mustBeInForce = async (keys: KeyRing, principal: Principal | undefined): Promise<void> => {
  if (principal?.key && !(await keys.isInForce(principal.key.keyId))) throw unauthenticated(KEY_IS_NO_GOOD);
};

/**
 * The project's application where it is only for those who are authenticated. Where one of our routes is open to all,
 * who is not gets that one, past the application.
 */
export const onlyForKnown =
  (options: Authentication, isOpen: IsOpen, app: Middleware): Middleware =>
  async (ctx, next) => {
    try {
      ctx.state['principal'] = await principalOf(options, ctx.req as Asked);
    } catch (error) {
      if (!isOpen(ctx.method, ctx.path)) throw error;
      return next();
    }
    return app(ctx, next);
  };

/**
 * A key of this server first, then what the project says; nobody where neither is asked for.
 * @throws {HoldpointError} `unauthenticated`, `forbidden`.
 */
export const principalOf = async (
  { keys, auth, studioKeys }: Authentication,
  asked: Asked,
): Promise<Principal | undefined> => {
  const token = tokenIn(asked.headers);
  const holder = token === undefined ? undefined : await keys.find(token);
  if (holder) return holder;
  if (auth) return isStudio(asked.headers, studioKeys) ? STUDIO_USER : auth.authenticate(toRequest(asked));
  if (!(await keys.asked())) return undefined;
  throw unauthenticated(token === undefined ? KEY_IS_MISSING : KEY_IS_NO_GOOD);
};

const KEY_IS_MISSING = 'This server asks for an API key: send it as x-api-key, or as Authorization: Bearer.';
const KEY_IS_NO_GOOD = 'This API key is unknown, revoked or expired.';

const unauthenticated = (message: string): HoldpointError => new HoldpointError('unauthenticated', message);

const PREFIX = 'hpk_';

/** The key in the headers. Clients fill `x-api-key` with keys of other services too: ours is known by its beginning. */
const tokenIn = (headers: IncomingHttpHeaders): string | undefined => {
  const { authorization = '', 'x-api-key': key, 'sec-websocket-protocol': protocols = '' } = headers;
  const bearer = /^bearer +(\S+)$/i.exec(authorization)?.[1];
  const offered = protocols.split(',').map((one) => one.trim());
  return [key, bearer, offered].flat().find((text) => text?.startsWith(PREFIX));
};

/** That it says so is nothing; it must know a key. */
const isStudio = (headers: IncomingHttpHeaders, keys: readonly string[]): boolean => {
  const key = headers['x-api-key'];
  if (headers['x-auth-scheme'] !== 'langsmith' || typeof key !== 'string') return false;
  return keys.map((known) => timingSafeEqual(digest(known), digest(key))).some(Boolean);
};

const digest = (text: string): Buffer => createHash('sha256').update(text).digest();
