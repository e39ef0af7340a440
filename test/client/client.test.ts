import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HoldpointClient, ServerRefusal, ServerUnreachable } from '../../src/client/index.ts';
import { followRun } from '../../src/client/follow-run.ts';

describe('following a run', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** What is followed where each request for the stream fails with one of these, and the one after them does not. */
  const follow = async (...statuses: number[]) => {
    const events: string[] = [];
    const refusals = statuses.map(
      (status) => new ServerRefusal(status, { code: 'unknown', message: `HTTP ${status}`, metadata: {} }),
    );
    const following = followRun({
      open: async function* () {
        const refusal = refusals.shift();
        if (refusal) throw refusal;
        yield { id: '1', event: 'custom', data: 'hello' };
      },
      isAtRest: () => Promise.resolve(true),
    });
    const read = async () => {
      for await (const { type } of following) events.push(type);
      return events;
    };
    const [result] = await Promise.allSettled([read(), vi.runAllTimersAsync()]);
    return result.status === 'fulfilled' ? result.value : (result.reason as unknown);
  };

  it('goes on when a proxy, or a server that ends or is asked too much, has refused for a while', async () => {
    expect(await follow(502, 503, 504, 429)).toEqual(['custom']);
  });

  it('ends with what the server refuses for good', async () => {
    expect(await follow(404)).toMatchObject({ status: 404 });
  });
});

describe('the client', () => {
  it.each(['', 'foo', 'localhost:2024', '/api', 'http://'])(
    'says of an address that is none that no server answers there: "%s"',
    (url) => {
      expect(() => new HoldpointClient({ url })).toThrow(ServerUnreachable);
    },
  );

  it.each<[string, RequestListener]>([
    ['sends no JSON', (_, response) => response.end('<html>Welcome</html>')],
    ['breaks off', (_, response) => void response.writeHead(200).write('{', () => response.destroy())],
    [
      'breaks off a refusal',
      (_, response) => void response.writeHead(500).write('{', () => response.destroy()),
    ],
  ])('says that no server answers where what does %s', async (_, answer) => {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const client = new HoldpointClient({ url: `http://127.0.0.1:${port}` });
    await expect(client.control('/queue')).rejects.toThrow(ServerUnreachable);
    server.close();
  });
});
