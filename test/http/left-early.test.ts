import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createApp } from '../../src/http/app.ts';
import type { Authentication } from '../../src/http/middleware/authenticate.ts';
import { createLimits } from '../../src/http/middleware/limits.ts';
import type { ProtocolDeps } from '../../src/http/protocol/deps.ts';
import { serveWebSockets } from '../../src/http/protocol/websocket.ts';
import { route } from '../../src/http/route.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { deferred } from '../support/deferred.ts';
import { openSocket } from '../security/keys-server.ts';

const ORIGINS = { allowed: [], hosts: { allowed: [], enforced: async () => true } };
const METRICS = () => createMetrics({ countRuns: async () => ({}), workers: async () => [] });

/** One caller may have one thing open. */
const limits = () => createLimits({ rateLimit: 0, openPerClient: 1, trustedProxies: 0 });

/** Nobody needs a key, which is known when `until` has come. */
const knownAfter = (until: () => Promise<unknown>): Authentication => ({
  keys: {
    asked: async () => {
      await until();
      return false;
    },
    find: async () => undefined,
    watch: () => () => {},
  },
  studioKeys: [],
});

it('a caller that left before it was known who they are is counted as gone, and nothing waits for them', async () => {
  let gone = Promise.resolve();
  const left: boolean[] = [];
  const app = createApp({
    routes: [
      route({
        method: 'get',
        path: '/look',
        scope: 'any',
        tag: 'test',
        summary: 'A look',
        handle: ({ request }) => left.push(request.signal.aborted),
      }),
    ],
    origins: ORIGINS,
    authentication: knownAfter(() => gone),
    access: () => (input) => Promise.resolve(input),
    bodyLimitBytes: 1000,
    limits: limits(),
    log: createLogger('silent'),
    metrics: METRICS(),
  });
  const server = createServer((request, response) => void app.callback()(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect(port, '127.0.0.1');
  const [socket] = await accepted;
  gone = once(socket, 'close').then(() => {});
  const asked = once(server, 'request');
  client.write('GET /look HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await asked;
  client.destroy();
  await gone;

  const next = await fetch(`http://127.0.0.1:${port}/look`);
  expect(next.status).toBe(200);
  expect(left).toEqual([true, false]);
});

it('so is one that left while it was asking for a WebSocket', async () => {
  const known = deferred<undefined>();
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const at = (path: string) =>
    route({ method: 'post', path, scope: 'any', tag: 'test', summary: 'A place', handle: () => undefined });
  const end = serveWebSockets(server, {
    deps: { heartbeatMs: 1000 } as ProtocolDeps,
    origins: ORIGINS,
    authentication: knownAfter(() => known.promise),
    access: () => (input) => Promise.resolve(input),
    routes: [at('/threads/:thread_id/stream/events'), at('/threads/:thread_id/commands')],
    limits: limits(),
    metrics: METRICS(),
    bodyLimitBytes: 1000,
    log: createLogger('silent'),
  });
  onTestFinished(() => {
    end();
    server.close();
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const asked = once(server, 'upgrade');
  const leaver = connect((server.address() as AddressInfo).port, '127.0.0.1');
  leaver.write(
    `GET /threads/${randomUUID()}/stream/events HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\n` +
      'Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n',
  );
  await asked;
  leaver.destroy();
  await once(leaver, 'close');
  known.resolve(undefined);

  let next: WebSocket | number = 429;
  while (next === 429) next = await openSocket(url, {}); // until the server has heard of it
  expect(next).toBeInstanceOf(WebSocket);
  (next as WebSocket).terminate();
});
