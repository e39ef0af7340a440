import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { createLimits } from '../../src/http/middleware/limits.ts';
import { route } from '../../src/http/route.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

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
    origins: { allowed: [], hosts: { allowed: [], enforced: async () => true } },
    authentication: {
      keys: {
        asked: async () => {
          await gone;
          return false;
        },
        find: async () => undefined,
        watch: () => () => {},
      },
      studioKeys: [],
    },
    access: () => (input) => Promise.resolve(input),
    bodyLimitBytes: 1000,
    limits: createLimits({ rateLimit: 0, openPerClient: 1, trustedProxies: 0 }),
    log: createLogger('silent'),
    metrics: createMetrics({ countRuns: async () => ({}), workers: async () => [] }),
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
