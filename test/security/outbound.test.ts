import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { syncBuiltinESMExports } from 'node:module';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpRequest } from '../../graphs/agent/web.ts';
import { graph as research } from '../../graphs/research/graph.ts';
import { createPost } from '../../src/outbound/post.ts';

const resolver = dns.lookup;

afterEach(() => {
  dns.lookup = resolver;
  syncBuiltinESMExports();
  vi.unstubAllEnvs();
});

/** From now on every name resolves to the next of these, the last one again and again. */
const resolveTo = (...answers: string[][]): { asked: () => number } => {
  let asked = 0;
  const lookup = (_name: string, options: { all?: boolean }, done: (...answer: unknown[]) => void): void => {
    const addresses = answers[Math.min(asked++, answers.length - 1)] ?? [];
    const found = addresses.map((address): LookupAddress => ({
      address,
      family: address.includes(':') ? 6 : 4,
    }));
    setImmediate(() => (options.all ? done(null, found) : done(null, found[0]?.address, found[0]?.family)));
  };
  dns.lookup = lookup as unknown as typeof dns.lookup;
  syncBuiltinESMExports();
  return { asked: () => asked };
};

const site = async (host = '127.0.0.1'): Promise<{ port: number; seen: () => number }> => {
  let seen = 0;
  const server = createServer((_request, response) => {
    seen += 1;
    response.end('secret');
  }).listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen: () => seen };
};

/** The ways out: what the server sends, and what its agents may call. */
const WAYS: { way: string; go: (url: string, allow: string[]) => Promise<string> }[] = [
  {
    way: 'a webhook',
    go: async (url, allow) => {
      const signal = AbortSignal.timeout(5000);
      const request = { url: new URL(url), headers: {}, body: '{}', trusted: false, signal };
      const result = await createPost(allow)(request);
      return result.kind === 'delivered' ? 'reached' : result.error;
    },
  },
  {
    way: 'http_request',
    go: async (url, allow) => {
      vi.stubEnv('HOLDPOINT_HTTP_ALLOW', allow.join());
      const input = { url, method: 'GET' } as Parameters<typeof httpRequest.invoke>[0];
      return (httpRequest.invoke(input) as Promise<string>).then(
        () => 'reached',
        (error: unknown) => String(error),
      );
    },
  },
  {
    way: 'the source of the research agent',
    go: async (url, allow) => {
      vi.stubEnv('HOLDPOINT_HTTP_ALLOW', allow.join());
      return research.invoke({ topic: 'tides', steps: 1, pace_ms: 0, source: url }).then(
        () => 'reached',
        (error: unknown) => String(error),
      );
    },
  },
];

describe.each(WAYS)('$way', ({ go }) => {
  it.each([
    ['loopback', ['127.0.0.1']],
    ['loopback, mapped into IPv6', ['::ffff:127.0.0.1']],
    ['the metadata service of a cloud', ['169.254.169.254']],
    ['link-local IPv6', ['fe80::1']],
    ['an address of this network', ['10.1.2.3']],
    ['an address behind the carrier', ['100.64.0.1']],
    ['NAT64 of loopback', ['64:ff9b::7f00:1']],
    ['no address', ['0.0.0.0']],
    ['one that is public and one that is not', ['93.184.216.34', '127.0.0.1']],
  ])('does not go where a name leads to %s', async (_what, addresses) => {
    const { port, seen } = await site();
    resolveTo(addresses);
    expect(await go(`http://harmless.example:${port}/`, [])).toContain('not allowed');
    expect(seen()).toBe(0);
  });

  it('connects to the address that was looked at, and not to what the name says a moment later', async () => {
    const { port, seen } = await site();
    const { asked } = resolveTo(['127.0.0.1'], ['10.0.0.1']);
    expect(await go(`http://rebinding.example:${port}/`, ['127.0.0.1'])).toBe('reached');
    expect(asked()).toBe(1);
    expect(await go(`http://rebinding.example:${port}/`, ['127.0.0.1'])).toContain('not allowed');
    expect(seen()).toBe(1);
  });

  it('goes to an address that is allowed in whatever way it is written', async () => {
    const { port, seen } = await site('::1');
    const asked = await go(`http://[::1]:${port}/`, ['0:0:0:0:0:0:0:1']);
    expect([asked, seen()]).toEqual(['reached', 1]);
  });
});
