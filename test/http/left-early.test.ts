import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type Server } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished, vi } from 'vitest';
import { WebSocket } from 'ws';
import { createApp, type AppOptions } from '../../src/http/app.ts';
import type { Authentication } from '../../src/http/middleware/authenticate.ts';
import { Ending } from '../../src/http/ending.ts';
import { createLimits } from '../../src/http/middleware/limits.ts';
import type { ProtocolDeps } from '../../src/http/protocol/deps.ts';
import { serveWebSockets } from '../../src/http/protocol/websocket.ts';
import { route, StreamReply } from '../../src/http/route.ts';
import { createLogger, type Logger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import type { Tracing } from '../../src/telemetry/tracing.ts';
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
    isInForce: () => Promise.resolve(true),
    watch: () => () => {},
  },
  studioKeys: [],
});

/** An application of one route, at work on a free port until the test has ended. */
const serving = async (parts: Pick<AppOptions, 'routes'> & Partial<AppOptions>): Promise<Server> => {
  const app = createApp({
    origins: ORIGINS,
    authentication: knownAfter(() => Promise.resolve()),
    access: () => (input) => Promise.resolve(input),
    bodyLimitBytes: 1000,
    limits: limits(),
    log: createLogger('silent'),
    metrics: METRICS(),
    ending: new Ending(),
    ...parts,
  });
  const server = createServer((request, response) => void app.callback()(request, response));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return server;
};

it('a caller that left before it was known who they are is counted as gone, and nothing waits for them', async () => {
  let gone = Promise.resolve();
  const left: boolean[] = [];
  const server = await serving({
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
    authentication: knownAfter(() => gone),
  });
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

/** What goes to the log as an error, and what is printed beside it. */
const hearing = (): { log: Logger; told: string[]; printed: unknown[] } => {
  const printed: unknown[] = [];
  const spy = vi.spyOn(console, 'error').mockImplementation((text) => void printed.push(text));
  onTestFinished(() => spy.mockRestore());
  const told: string[] = [];
  const log = createLogger('silent');
  log.error = ({ err }: { err: Error }) => void told.push(err.message);
  return { log, told, printed };
};

const STREAM = route({
  method: 'get',
  path: '/stream',
  scope: 'any',
  tag: 'test',
  summary: 'A stream that does not end',
  handle: () =>
    new StreamReply({}, async (response) => {
      response.write('on my way');
      await once(response, 'close');
    }),
});

it('a caller that breaks a stream off is nothing to tell', async () => {
  const { log, told, printed } = hearing();
  const server = await serving({ routes: [STREAM], log });
  const accepted = once(server, 'connection') as Promise<[Socket]>;
  const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
  const [socket] = await accepted;
  client.write('GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await once(client, 'data');
  const broken = new Promise((resolve) => socket.once('close', resolve));
  client.resetAndDestroy();
  await broken;
  expect({ told, printed }).toEqual({ told: [], printed: [] });
});

it('what goes wrong outside of all that answers is told in the log, and nowhere else', async () => {
  const { log, told, printed } = hearing();
  const start = (): never => {
    throw new Error('no trace can be started');
  };
  const server = await serving({ routes: [STREAM], log, tracing: { start } as unknown as Tracing });
  const answer = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`);
  expect(answer.status).toBe(500);
  expect({ told, printed }).toEqual({ told: ['no trace can be started'], printed: [] });
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
    void end(0);
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

it('a key that is revoked while the body comes does nothing any more', async () => {
  const key = { keyId: 'k', scopes: ['run' as const] };
  const asked = deferred();
  let isGood = true;
  const keys = {
    asked: async () => true,
    find: async () => {
      asked.resolve(undefined);
      return { identity: 'key:k', displayName: 'k', permissions: [], user: {}, key };
    },
    isInForce: async () => isGood,
    watch: () => () => {},
  };
  const done = vi.fn<() => string>(() => 'done');
  const spec = { method: 'post', path: '/do', scope: 'any', tag: 'test', summary: 'Do' } as const;
  const server = await serving({
    authentication: { keys, studioKeys: [] },
    routes: [route({ ...spec, handle: done })],
  });
  const { port } = server.address() as AddressInfo;
  const headers = { 'x-api-key': 'hpk_k', 'content-length': '2' };
  const sent = request({ port, host: '127.0.0.1', path: '/do', method: 'POST', headers });
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>;
  sent.flushHeaders();
  await asked.promise;
  isGood = false;
  sent.end('{}');
  const [{ statusCode }] = await answered;
  expect([statusCode, done.mock.calls]).toEqual([401, []]);
});

it('writes no path whose last part does something by itself into logs and traces', async () => {
  const spec = { method: 'post', scope: 'open', tag: 'test', summary: 'Hook' } as const;
  const fails = (): never => {
    throw new Error('of the graph');
  };
  const lines: unknown[] = [];
  const write = (...line: unknown[]): void => void lines.push(line);
  const traced: unknown[] = [];
  const span = { rename: () => {}, set: () => {}, end: () => {} };
  const start = (options: unknown) => (traced.push(options), span);
  const server = await serving({
    routes: [route({ ...spec, path: '/hooks/:token', handle: fails })],
    log: { debug: write, error: write } as unknown as Logger,
    tracing: { start } as unknown as Tracing,
  });
  const { port } = server.address() as AddressInfo;
  expect((await fetch(`http://127.0.0.1:${port}/hooks/rt_secret`, { method: 'POST' })).status).toBe(500);
  await expect.poll(() => lines.length).toBe(2);
  expect(JSON.stringify([lines, traced])).toContain('/hooks/…');
  expect(JSON.stringify([lines, traced])).not.toContain('rt_secret');
});
