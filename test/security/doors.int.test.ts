import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { refusal, useServer, type Answer } from '../wire/server.ts';
import { openSocket } from './keys-server.ts';

const server = useServer({
  env: {
    HOLDPOINT_REQUEST_TIMEOUT_MS: '1200',
    HOLDPOINT_ORIGINS: 'https://chat.example',
    HOLDPOINT_HOSTS: 'agents.example',
  },
});

/** As no client of ours asks: the headers are sent as they are. */
const ask = async (method: string, path: string, headers: Record<string, string>): Promise<Answer> => {
  const { hostname, port } = new URL(server.url);
  const sent = request({ hostname, port, method, path, headers, agent: false });
  sent.end();
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response) text += String(chunk);
  const answered = new Headers();
  for (const [name, value] of Object.entries(response.headers)) answered.set(name, String(value));
  const json: unknown = text.startsWith('{') || text.startsWith('[') ? JSON.parse(text) : undefined;
  return { status: response.statusCode ?? 0, headers: answered, text, json };
};

/** What the server says to these bytes, until it ends the connection. */
const raw = async (bytes: string): Promise<string> => {
  const { hostname, port } = new URL(server.url);
  const socket = connect(Number(port), hostname);
  let text = '';
  socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
  socket.on('error', () => {});
  socket.write(bytes);
  await once(socket, 'close');
  return text;
};

describe('the name a server is called by', () => {
  it.each([
    'evil.example',
    'evil.example:2024',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'agents',
  ])('is refused when it is not its own, on every route: %s', async (host) => {
    for (const [method, path] of [
      ['GET', '/ok'],
      ['GET', '/threads/x'],
      ['POST', '/threads/search'],
      ['GET', '/console/'],
      ['GET', '/docs'],
    ] as const) {
      expect(refusal(await ask(method, path, { host }))).toEqual({ status: 403, code: 'host_refused' });
    }
    expect(await openSocket(server.url, { headers: { host } })).toBe(403);
  });

  it.each([
    'localhost',
    'LOCALHOST:1',
    '127.0.0.1',
    '[::1]:2024',
    '10.1.2.3',
    'agents.example',
    'a.localhost.',
  ])('is taken: %s', async (host) => {
    expect((await ask('GET', '/ok', { host })).status).toBe(200);
  });
});

describe('a page', () => {
  it('of the server itself may call, under whatever name it is known', async () => {
    const host = 'agents.example';
    const own = await ask('GET', '/info', { host, origin: 'https://agents.example' });
    expect(own.status).toBe(200);
    const other = await ask('GET', '/info', { host, origin: 'https://agents.example.evil' });
    expect(refusal(other)).toEqual({ status: 403, code: 'origin_refused' });
  });

  it('of another site may not embed what is here, and is not told whether it is there', async () => {
    const from = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors', host: 'localhost' };
    expect(refusal(await ask('GET', '/openapi.json', from))).toMatchObject({ code: 'origin_refused' });
    const navigating = { ...from, 'sec-fetch-mode': 'navigate' };
    expect((await ask('GET', '/docs', navigating)).status).toBe(200);
  });

  it('finds on every answer what keeps it from being taken for another thing', async () => {
    for (const path of ['/ok', '/docs', '/nowhere', '/threads/x']) {
      const { headers } = await server.send('GET', path);
      expect(headers.get('x-content-type-options'), path).toBe('nosniff');
      expect(headers.get('x-frame-options'), path).toBe('DENY');
      expect(headers.get('referrer-policy'), path).toBe('no-referrer');
      expect(headers.get('content-security-policy'), path).toContain("default-src 'none'");
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
    }
  });

  it('of the documentation has its own style and nothing else', async () => {
    const { headers, text } = await server.send('GET', '/docs');
    expect(headers.get('content-security-policy')).toMatch(/style-src 'sha256-[\w+/=]+';/);
    expect(text).not.toMatch(/<script|style="|onload=/);
  });
});

describe('a client that is slow, or sends too much', () => {
  it('of headers is told so when its time is over', async () => {
    expect(await raw('GET /ok HTTP/1.1\r\nHost: localhost\r\nX-Slow: ')).toMatch(
      /^HTTP\/1.1 408[^]*"code":"invalid_request"/,
    );
  });

  it('of a body is told so when its time is over', async () => {
    const head = 'POST /threads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100\r\n\r\n{"metadata"';
    expect(await raw(head)).toMatch(/408/);
  });

  it('with large headers is refused', async () => {
    const large = `GET /ok HTTP/1.1\r\nHost: localhost\r\nX-Large: ${'a'.repeat(20_000)}\r\n\r\n`;
    expect(await raw(large)).toMatch(/^HTTP\/1.1 431[^]*"code":"payload_too_large"/);
  });

  it('with what is no HTTP is refused as everything else is', async () => {
    expect(await raw('NONSENSE\r\n\r\n')).toMatch(/^HTTP\/1.1 400[^]*"code":"invalid_request"/);
    const smuggled =
      'POST /threads HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n';
    expect(await raw(smuggled)).toMatch(/^HTTP\/1.1 400/);
  });

  it('with more keys than a million is refused', async () => {
    const keys = Array.from({ length: 1_000_001 }, (_, index) => `"${index.toString(36)}":0`).join();
    const answer = await server.send('POST', '/threads', `{"metadata":{${keys}}}`);
    expect(refusal(answer)).toEqual({ status: 422, code: 'invalid_request', field: 'body' });
  });
});

describe('what is not there', () => {
  it.each([
    '/debug',
    '/internal/truncate',
    '/admin',
    '/.env',
    '/.git/config',
    '/heapdump',
    '/threads/../etc/passwd',
  ])('is 404: %s', async (path) => {
    expect(refusal(await ask('GET', path, { host: 'localhost' })).status).toBeGreaterThanOrEqual(404);
    expect(refusal(await ask('POST', path, { host: 'localhost' })).status).toBe(404);
  });
});

describe('a caller that asks too often', () => {
  const limited = useServer({
    env: { HOLDPOINT_RATE_LIMIT: '40', HOLDPOINT_OPEN_PER_CLIENT: '3', HOLDPOINT_TRUSTED_PROXIES: '1' },
  });
  const from = (address: string) => ({ 'x-forwarded-for': address });

  it('is told to wait, and others are not', async () => {
    const ok = (address: string) => limited.send('GET', '/ok', undefined, from(address));
    for (let n = 0; n < 40; n++) expect((await ok('203.0.113.1')).status).toBe(200);
    const refused = await ok('203.0.113.1');
    expect(refusal(refused)).toEqual({ status: 429, code: 'rate_limited' });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ok('203.0.113.2')).status).toBe(200);
    expect((await ok('203.0.113.1, 203.0.113.3')).status).toBe(200); // what it says itself is not looked at
  });

  it('that leaves before it is answered is not counted any more', async () => {
    const { hostname, port } = new URL(limited.url);
    for (let n = 0; n < 6; n++) {
      const left = connect(Number(port), hostname);
      left.write(
        'POST /threads/search HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 203.0.113.9\r\nContent-Length: 2\r\n\r\n{}',
        () => left.destroy(),
      );
      await once(left, 'close');
    }
    const upgrade = `GET /threads/${randomUUID()}/stream/events HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n`;
    const key =
      'Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n';
    for (let n = 0; n < 6; n++) {
      const left = connect(Number(port), hostname);
      left.write(`${upgrade}${key}X-Forwarded-For: 203.0.113.9\r\n\r\n`, () => left.resetAndDestroy());
      await once(left, 'close');
    }
    const answer = () => limited.send('GET', '/info', undefined, from('203.0.113.9'));
    await expect.poll(async () => (await answer()).status, { timeout: 60_000, interval: 500 }).toBe(200);
  });

  it('has so many streams and sockets open and no more, until one has ended', async () => {
    const headers = from('203.0.113.4');
    const open = () => openSocket(limited.url, { headers });
    const sockets = [await open(), await open(), await open()] as WebSocket[];
    expect(await open()).toBe(429);
    const thread = await limited.send('GET', '/info', undefined, headers);
    expect(refusal(thread)).toEqual({ status: 429, code: 'rate_limited' });
    const [first] = sockets;
    if (!first) throw new Error('no socket');
    first.close();
    await once(first, 'close');
    for (let status: unknown = 429; status === 429;) {
      const again = await open();
      status = again instanceof WebSocket ? 101 : again;
      if (again instanceof WebSocket) sockets.push(again);
    }
    for (const socket of sockets) socket.terminate();
  });
});
