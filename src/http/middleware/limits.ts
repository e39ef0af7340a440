import type { IncomingMessage } from 'node:http';
import type { Middleware } from 'koa';
import { RateLimiterMemory, RateLimiterRes } from 'rate-limiter-flexible';
import { HoldpointError } from '../../model/errors.ts';
import type { Principal } from '../../model/principal.ts';

export interface LimitRules {
  /** Requests a minute from one address; 0: any number. */
  rateLimit: number;
  /** What one caller may have open at a time, streams included; 0: any number. */
  openPerClient: number;
  /** How many proxies in front each name the address they were called from. */
  trustedProxies: number;
}

export interface Limits {
  /** @throws {HoldpointError} `rate_limited`. */
  request(request: IncomingMessage): Promise<void>;
  /**
   * To be called before anything is done for a caller; answers what is to be called when the answer has ended.
   * @throws {HoldpointError} `rate_limited`.
   */
  enter(request: IncomingMessage, principal: Principal | undefined): () => void;
}

export const createLimits = (rules: LimitRules): Limits => {
  const { rateLimit, openPerClient } = rules;
  const rate = rateLimit > 0 ? new RateLimiterMemory({ points: rateLimit, duration: 60 }) : undefined;
  const inside = new Map<string, number>();
  const leave = (client: string): void => {
    const left = (inside.get(client) ?? 1) - 1;
    if (left > 0) inside.set(client, left);
    else inside.delete(client);
  };
  return {
    request: async (request) => {
      await rate?.consume(addressOf(request, rules)).catch((refusal: unknown) => {
        if (!(refusal instanceof RateLimiterRes)) throw refusal;
        throw tooMany(`More than ${rateLimit} requests a minute`, refusal.msBeforeNext);
      });
    },
    enter: (request, principal) => {
      const client = principal?.key?.keyId ?? principal?.identity ?? addressOf(request, rules);
      const count = (inside.get(client) ?? 0) + 1;
      if (openPerClient > 0 && count > openPerClient)
        throw tooMany(`More than ${openPerClient} requests and streams at a time`);
      inside.set(client, count);
      return () => leave(client);
    },
  };
};

export const limitRate =
  (limits: Limits): Middleware =>
  async (ctx, next) => {
    await limits.request(ctx.req);
    await next();
  };

const tooMany = (what: string, waitMs = 5000): HoldpointError =>
  new HoldpointError('rate_limited', `${what} are too many from one caller.`, {
    details: { retry_after_ms: Math.ceil(waitMs) },
  });

/** Of the last proxy that is trusted, or of the connection: what a caller says of itself is behind those. */
const addressOf = ({ headers, socket }: IncomingMessage, { trustedProxies }: LimitRules): string => {
  const told = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',');
  const address = trustedProxies > 0 ? told.at(-trustedProxies)?.trim() : undefined;
  return address || (socket.remoteAddress ?? '');
};
