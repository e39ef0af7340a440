import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { httpRequest } from '../../graphs/agent/web.ts';
import { questionOf } from '../gates/gated-graph.ts';
import { useAgent } from './agent-fixture.ts';

/** A web server on loopback, which a test must allow before it can be called. */
const useSite = async (answer: RequestListener, host = '127.0.0.1') => {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    answer(request, response);
  });
  server.listen(0, host);
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://${host}:${(server.address() as AddressInfo).port}`, seen };
};

const allow = (addresses: string): void => {
  vi.stubEnv('HOLDPOINT_HTTP_ALLOW', addresses);
  onTestFinished(() => void vi.unstubAllEnvs());
};

const call = (args: Record<string, unknown>): Promise<string> =>
  httpRequest.invoke(args as Parameters<typeof httpRequest.invoke>[0]) as Promise<string>;

const hello: RequestListener = (_request, response) =>
  void response.writeHead(200, { 'content-type': 'text/plain' }).end('hello');

describe('http_request', () => {
  it('gets at once, and shows status, type and body', async () => {
    const { url } = await useSite(hello);
    const { say } = await useAgent([{ toolCalls: [{ name: 'http_request', args: { url } }] }]);
    allow('127.0.0.1');
    const { messages } = await say('go');
    expect(messages.at(-2)?.text).toBe(`HTTP 200 OK from ${url}/\ncontent-type: text/plain\n\nhello`);
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'get', 'POST '])(
    'is held with the method %j',
    async (method) => {
      const { url, seen } = await useSite(hello);
      const args = { url, method, body: '{"a":1}' };
      const { say } = await useAgent([{ toolCalls: [{ name: 'http_request', args }] }]);
      allow('127.0.0.1');
      expect(questionOf(await say('go')).description).toBe(`Send a ${method} request to ${url}.`);
      expect(seen).toEqual([]);
    },
  );

  it('sends what was approved, and does not follow where a writing request is sent on to', async () => {
    const { url, seen } = await useSite((_request, response) =>
      response.writeHead(307, { location: '/elsewhere' }).end(),
    );
    allow('127.0.0.0/8');
    expect(await call({ url, method: 'POST', body: '{}' })).toContain('location: /elsewhere');
    expect(seen.map((request) => [request.method, request.url])).toEqual([['POST', '/']]);
  });

  it.each([
    'http://127.0.0.1:PORT',
    'http://localhost:PORT',
    'http://[::1]:PORT',
    'http://[::ffff:127.0.0.1]:PORT',
    'http://2130706433:PORT',
    'http://0x7f.1:PORT',
    'http://0.0.0.0:PORT',
    'http://10.0.0.1',
    'http://169.254.169.254/latest/meta-data',
    'https://192.168.1.1',
    'http://[fd00::1]',
  ])('refuses %s, which is not on the internet', async (address) => {
    const { url, seen } = await useSite(hello);
    allow('');
    await expect(call({ url: address.replace('PORT', new URL(url).port) })).rejects.toThrow('is not allowed');
    expect(seen).toEqual([]);
  });

  it('looks again where it is redirected to', async () => {
    const inside = await useSite(hello, '127.0.0.2');
    const { url } = await useSite((_request, response) =>
      response.writeHead(302, { location: inside.url }).end(),
    );
    allow('127.0.0.1');
    await expect(call({ url })).rejects.toThrow('is not allowed');
    expect(inside.seen).toEqual([]);
  });

  it('tells no other server what was meant for the first, and gives up in a circle', async () => {
    const other = await useSite(hello, '127.0.0.2');
    const { url, seen } = await useSite((request, response) =>
      response.writeHead(301, { location: request.url === '/' ? other.url : '/circle' }).end(),
    );
    allow('127.0.0.0/8');
    const headers = { authorization: 'secret', 'x-key': 'secret', accept: 'text/plain' };
    expect(await call({ url, headers })).toContain(`from ${other.url}/`);
    expect(seen[0]?.headers).toMatchObject(headers);
    expect(JSON.stringify(other.seen[0]?.headers)).not.toContain('secret');
    expect(other.seen[0]?.headers.accept).toBe('text/plain');
    await expect(call({ url: `${url}/circle` })).rejects.toThrow('redirected more than 5 times');
  });

  it('reads 256 KiB and no more of what never ends', async () => {
    const { url } = await useSite((_request, response) => {
      const more = (): void => {
        while (response.write('x'.repeat(65_536)));
        response.once('drain', more);
      };
      more();
    });
    allow('127.0.0.1');
    const answer = await call({ url });
    expect(answer).toContain('(cut after 262144 bytes)');
    expect(answer.length).toBeLessThan(263_000);
  });

  it('waits 30 seconds and no longer for the whole of an answer', async () => {
    vi.spyOn(AbortSignal, 'timeout').mockImplementationOnce((ms) => {
      expect(ms).toBe(30_000);
      return AbortSignal.abort(new DOMException('timeout', 'TimeoutError'));
    });
    onTestFinished(() => void vi.restoreAllMocks());
    const { url } = await useSite(() => undefined);
    allow('127.0.0.1');
    await expect(call({ url })).rejects.toThrow('no complete answer within 30 s');
  });

  it('does not wait for what changes to another protocol', async () => {
    const { url } = await useSite((_request, response) =>
      response.socket?.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n'),
    );
    allow('127.0.0.1');
    await expect(call({ url })).rejects.toThrow('it answered 101');
  });

  it('shows no binary, and says how much there was', async () => {
    const { url } = await useSite((_request, response) => response.end(Buffer.from([1, 0, 2])));
    allow('127.0.0.1');
    expect(await call({ url })).toContain('(3 bytes that are no text)');
  });

  it.each([
    [{ url: 'file:///etc/passwd' }],
    [{ url: 'ftp://example.com' }],
    [{ url: 'http://user:pass@example.com' }],
    [{ url: 'http://example.com', body: 'x' }],
    [{ url: 'http://example.com', headers: { 'X-HTTP-Method-Override': 'DELETE' } }],
    [{ url: 'http://example.com', headers: { Host: 'inside' } }],
  ])('refuses %j', async (args) => {
    await expect(call(args)).rejects.toThrow();
  });

  it('names the setting that is wrong', async () => {
    allow('everywhere');
    await expect(call({ url: 'http://example.com' })).rejects.toThrow(
      'HOLDPOINT_HTTP_ALLOW has "everywhere"',
    );
  });
});
