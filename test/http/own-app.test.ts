import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Hono } from 'hono';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { Ending } from '../../src/http/ending.ts';
import { createLimits } from '../../src/http/middleware/limits.ts';
import type { HonoApp } from '../../src/http/middleware/user-app.ts';
import { route } from '../../src/http/route.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import type { UserAuth } from '../../src/resources/user-auth.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const OPEN = ['/ok', '/ui/:agent/:file'].map((path) =>
  route({ method: 'get', path, scope: 'open', tag: 'test', summary: 'Open', handle: () => 'ours' }),
);

const AUTH: Pick<UserAuth, 'authenticate'> = {
  authenticate: async ({ headers }) => {
    if (headers.get('authorization') !== 'anna') throw new HoldpointError('unauthenticated', 'Who are you?');
    return { identity: 'anna', displayName: 'anna', permissions: [], user: { identity: 'anna' } };
  },
};

/** A server around which there is an application whose routes are only for those who are authenticated. */
const serve = async (): Promise<string> => {
  const own = new Hono();
  for (const path of ['/ok', '/ui/admin/secret', '/mine']) own.get(path, (c) => c.json('theirs'));
  const app = createApp({
    routes: OPEN,
    origins: { allowed: [], hosts: { allowed: [], enforced: async () => true } },
    authentication: {
      keys: {
        asked: async () => false,
        find: async () => undefined,
        isInForce: () => Promise.resolve(true),
        watch: () => () => {},
      },
      auth: AUTH as UserAuth,
      studioKeys: [],
    },
    access: () => (input) => Promise.resolve(input),
    userApp: { app: own as unknown as HonoApp, authenticated: true },
    bodyLimitBytes: 1000,
    limits: createLimits({ rateLimit: 0, openPerClient: 0, trustedProxies: 0 }),
    log: createLogger('silent'),
    metrics: createMetrics({ countRuns: async () => ({}), workers: async () => [] }),
    ending: new Ending(),
  });
  const answer = app.callback();
  const server = createServer((request, response) => void answer(request, response)).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
};

it('shows routes of a project that want authentication to nobody else, wherever they are', async () => {
  const url = await serve();
  const get = async (path: string, headers: Record<string, string> = {}): Promise<unknown> => {
    const response = await fetch(`${url}${path}`, { headers });
    return response.status === 200 ? response.json() : response.status;
  };
  const paths = ['/ok', '/ui/admin/secret', '/mine'];
  const known = paths.map((path) => get(path, { authorization: 'anna' }));
  expect(await Promise.all(known)).toEqual(['theirs', 'theirs', 'theirs']);
  expect(await Promise.all(paths.map((path) => get(path)))).toEqual(['ours', 'ours', 401]);
});
