import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createApp } from '../../src/http/app.ts';
import { Ending } from '../../src/http/ending.ts';
import { createLimits } from '../../src/http/middleware/limits.ts';
import { route, StreamReply } from '../../src/http/route.ts';
import { sse } from '../../src/http/sse.ts';
import type { ObservedEvent } from '../../src/lifecycle/read-events.ts';
import { HoldpointError } from '../../src/model/errors.ts';
import type { KeyRing } from '../../src/resources/key-ring.ts';
import { createLogger } from '../../src/telemetry/logger.ts';
import { createMetrics } from '../../src/telemetry/metrics.ts';

const NO_KEYS: KeyRing = {
  asked: async () => false,
  find: async () => undefined,
  isInForce: () => Promise.resolve(true),
  watch: () => () => {},
};

/** A server whose `GET /stream` answers with `reply`. */
const serve = async (reply: StreamReply): Promise<string> => {
  const app = createApp({
    routes: [
      route({
        method: 'get',
        path: '/stream',
        scope: 'open',
        tag: 'test',
        summary: 'A stream',
        handle: () => reply,
      }),
    ],
    origins: { allowed: [], hosts: { allowed: [], enforced: async () => true } },
    authentication: { keys: NO_KEYS, studioKeys: [] },
    access: () => (input) => Promise.resolve(input),
    bodyLimitBytes: 1000,
    limits: createLimits({ rateLimit: 0, openPerClient: 0, trustedProxies: 0 }),
    log: createLogger('silent'),
    metrics: createMetrics({ countRuns: async () => ({}), workers: async () => [] }),
    ending: new Ending(),
  });
  const server = createServer((request, response) => void app.callback()(request, response)).listen(
    0,
    '127.0.0.1',
  );
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`;
};

const event = (seq: number): ObservedEvent => ({ cursor: { fence: 1, seq }, event: 'values', data: '{}' });

/** One page of events, then the log cannot be read any more. */
async function* failing(): AsyncGenerator<ObservedEvent[]> {
  yield [event(1)];
  throw new Error('the database is gone');
}

async function* endless(signal: AbortSignal): AsyncGenerator<ObservedEvent[]> {
  yield [event(1)];
  if (!signal.aborted) await once(signal, 'abort');
}

describe('an answer that is written as it comes', () => {
  it('is cut when it fails, so that nobody takes the end for the end of the run', async () => {
    const url = await serve(sse({ events: failing, wanted: () => true, heartbeatMs: 1000 }));
    const response = await fetch(url);
    expect(response.status).toBe(200);
    await expect(response.text()).rejects.toThrow();
  });

  it('does not take its own failure for a client that left', async () => {
    let left = 0;
    const onLeft = () => (left += 1);
    const url = await serve(sse({ events: failing, wanted: () => true, heartbeatMs: 1000, onLeft }));
    await (await fetch(url)).text().catch(() => {});
    expect(left).toBe(0);
  });

  it('knows when a client left', async () => {
    const left = new Promise<void>((resolve) => {
      void serve(sse({ events: endless, wanted: () => true, heartbeatMs: 1000, onLeft: resolve })).then(
        async (url) => {
          const controller = new AbortController();
          const response = await fetch(url, { signal: controller.signal });
          await response.body?.getReader().read();
          controller.abort();
        },
      );
    });
    await expect(left).resolves.toBeUndefined();
  });

  it('is ended, and nothing more of it read, when its reader takes nothing for too long', async () => {
    const data = JSON.stringify('x'.repeat(1_000_000));
    let pages = 0;
    async function* plenty(): AsyncGenerator<ObservedEvent[]> {
      for (; pages < 1000; pages += 1) yield [{ ...event(pages + 1), data }];
    }
    const left = new Promise<void>((resolve) => {
      const options = { events: plenty, wanted: () => true, heartbeatMs: 1000 };
      void serve(sse({ ...options, onLeft: resolve, stalledMs: 100 })).then((url) => {
        const { hostname, port, pathname } = new URL(url);
        const reader = connect(Number(port), hostname).pause();
        onTestFinished(() => void reader.destroy());
        reader.write(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      });
    });
    await expect(left).resolves.toBeUndefined();
    expect(pages).toBeLessThan(100);
  });

  it('is an ordinary error as long as nothing of it was sent', async () => {
    const refuse = async (): Promise<void> => {
      throw new HoldpointError('storage_unavailable', 'not now');
    };
    const response = await fetch(
      await serve(new StreamReply({ 'Content-Type': 'text/event-stream' }, refuse)),
    );
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('retry-after')).toBe('1');
    expect(await response.json()).toMatchObject({ code: 'storage_unavailable' });
  });

  it('is kept alive also while nothing of what comes is wanted', async () => {
    async function* unwanted(signal: AbortSignal): AsyncGenerator<ObservedEvent[]> {
      for (let seq = 1; !signal.aborted; seq++) {
        yield [event(seq)];
        await new Promise((resolve) => setImmediate(resolve));
      }
    }
    const url = await serve(sse({ events: unwanted, wanted: () => false, heartbeatMs: 5 }));
    const reader = (await fetch(url)).body?.getReader();
    const { value } = (await reader?.read()) ?? {};
    await reader?.cancel();
    expect(new TextDecoder().decode(value)).toBe(': heartbeat\n');
  });
});
