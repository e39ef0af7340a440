import { once } from 'node:events';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AddressInfo } from 'node:net';
import { randomUUID } from 'node:crypto';
import { expect, it, onTestFinished } from 'vitest';
import { createLimits } from '../../src/http/middleware/limits.ts';
import type { ProtocolDeps } from '../../src/http/protocol/deps.ts';
import { protocolRoutes } from '../../src/http/protocol/routes.ts';
import { serveWebSockets } from '../../src/http/protocol/websocket.ts';
import { markUnavailable } from '../../src/model/errors.ts';
import type { KeyRing } from '../../src/resources/key-ring.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';
import { openSocket, refusedSocket } from '../wire/socket.ts';

const away = async (): Promise<never> => {
  const error = new Error('connect ECONNREFUSED 10.1.2.3:5432');
  markUnavailable(error);
  throw error;
};

interface ServeOptions {
  keys?: Partial<KeyRing>;
  stalledMs?: number;
  /** Called when a connection has ended. */
  onGone?: () => void;
}

/** Sockets of a server with these parts. */
const serve = async (
  agentTree: () => Promise<object>,
  asked = async () => false,
  { keys = {}, stalledMs = 60_000, onGone = () => {} }: ServeOptions = {},
): Promise<string> => {
  const streams = { agentTree, position: async () => 0 };
  const deps = { heartbeatMs: 60_000, streams } as unknown as ProtocolDeps;
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.on('connection', (connection) => connection.once('close', onGone));
  const end = serveWebSockets(server, {
    deps,
    routes: protocolRoutes(deps),
    origins: { allowed: [], hosts: { allowed: [], enforced: async () => true } },
    authentication: {
      keys: {
        asked,
        find: async () => undefined,
        isInForce: () => Promise.resolve(true),
        watch: () => () => {},
        ...keys,
      },
      studioKeys: [],
    },
    access: () => (input) => Promise.resolve(input),
    stalledMs,
    bodyLimitBytes: 1_000_000,
    limits: createLimits({ rateLimit: 0, openPerClient: 0, trustedProxies: 0 }),
    log: createLogger('silent'),
    metrics: createMetrics({ countRuns: async () => ({}), workers: async () => [] }),
  });
  onTestFinished(async () => {
    await end(0);
    server.close();
    server.closeAllConnections();
  });
  const { port } = server.address() as AddressInfo;
  return `ws://127.0.0.1:${port}/threads/${randomUUID()}/stream/events`;
};

it('refuses a WebSocket while the database is away as it refuses a request', async () => {
  const { status, headers, text } = await refusedSocket(await serve(away, away));
  expect([status, headers['retry-after']]).toEqual([503, '1']);
  expect(JSON.parse(text)).toMatchObject({ code: 'storage_unavailable' });
});

it('answers a command that fails by its own number, and tells nothing that is not ours', async () => {
  const { ask, socket } = await openSocket(await serve(away));
  const answer = await ask('agent.getTree', {});
  expect(answer).toMatchObject({ id: 0, error: 'unknown_error', code: 'storage_unavailable' });
  expect(JSON.stringify(answer)).not.toContain('10.1.2.3');
  socket.close();
});

it('reads no more commands while many wait for those before them', async () => {
  let release = (): void => {};
  const held = new Promise<object>((resolve) => (release = () => resolve({})));
  const { messages, send, socket } = await openSocket(await serve(() => held));
  const params = { said: 'x'.repeat(100_000) };
  for (let id = 0; id < 40; id++) send(JSON.stringify({ id, method: 'agent.getTree', params }));
  socket.ping();
  let read = false;
  const all = once(socket, 'pong').then(() => (read = true)); // a ping is read in its turn
  await Promise.race([all, sleep(1000)]);
  expect(read).toBe(false);

  release();
  await all;
  await expect.poll(() => messages.length).toBe(40);
  socket.close();
});

it('does nothing more of what comes by a key that is revoked, whether or not its holder takes leave', async () => {
  const key = { keyId: 'k', scopes: ['read' as const] };
  const principal = { identity: 'key:k', displayName: 'k', permissions: [], user: {}, key };
  let calls = 0;
  let revoke = (): void => {};
  let isGood = true;
  const url = await serve(
    async () => ({ calls: ++calls }),
    async () => true,
    {
      keys: {
        find: async () => principal,
        isInForce: async () => isGood,
        watch: (_keyId, onGone) => {
          revoke = onGone;
          return () => {};
        },
      },
    },
  );
  const { ask, send, socket } = await openSocket(url, { 'x-api-key': 'hpk_k' });
  await ask('agent.getTree', {});
  socket.pause(); // it does not hear that it is to close
  isGood = false;
  revoke();
  send(JSON.stringify({ id: 9, method: 'agent.getTree', params: {} }));
  await sleep(50); // for what is not to come
  socket.resume();
  await once(socket, 'close');
  expect(calls).toBe(1);
});

/** A socket that gave 40 commands, each with a large answer, and reads none. */
const takesNothing = async (options: { stalledMs?: number; onGone?: () => void }) => {
  const answered = { count: 0, all: (): void => {} };
  const large = { said: 'x'.repeat(8_000_000) };
  const answer = async () => {
    if (++answered.count === 40) answered.all();
    return large;
  };
  const { send, socket } = await openSocket(await serve(answer, undefined, options));
  onTestFinished(() => socket.terminate());
  socket.on('error', () => {});
  socket.pause();
  for (let id = 0; id < 40; id++) send(JSON.stringify({ id, method: 'agent.getTree' }));
  return answered;
};

it('does no more commands while the answers to those before them are not taken', async () => {
  const answered = await takesNothing({});
  await Promise.race([new Promise<void>((resolve) => (answered.all = resolve)), sleep(1000)]);
  expect(answered.count).toBeLessThan(6);
});

it('gives up a socket that takes nothing for long', async () => {
  let onGone = (): void => {};
  const gone = new Promise<void>((resolve) => (onGone = resolve));
  await takesNothing({ stalledMs: 200, onGone: () => onGone() });
  await expect(gone).resolves.toBeUndefined();
});
