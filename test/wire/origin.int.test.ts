import { describe, expect, it } from 'vitest';
import { LIGHT } from '../support/server.ts';
import { refusal, useServer } from './server.ts';

const FOREIGN = [
  'https://evil.example',
  'http://localhost.evil.example',
  'https://smith.langchain.com.evil.example',
  'http://[::1].evil.example',
  'null',
];
const ALLOWED = [
  'http://localhost:3000',
  'https://localhost',
  'http://127.0.0.1:5173',
  'http://[::1]:5173',
  'https://smith.langchain.com',
  'https://inbox.example',
];

describe('origins', () => {
  const server = useServer({
    config: LIGHT,
    env: { HOLDPOINT_ORIGINS: 'https://inbox.example, https://chat.example' },
  });
  const preflight = (origin: string, headers: Record<string, string> = {}) =>
    server.send('OPTIONS', '/threads', undefined, {
      origin,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'content-type,x-api-key,last-event-id,idempotency-key',
      ...headers,
    });

  it.each(FOREIGN)('that are not on the list are refused, whatever they ask: %s', async (origin) => {
    for (const [method, path] of [
      ['GET', '/info'],
      ['GET', '/ok'],
      ['GET', '/docs'],
      ['POST', '/threads'],
      ['DELETE', '/threads/x'],
      ['GET', '/nowhere'],
      ['OPTIONS', '/threads'],
    ] as const) {
      const answer = await server.send(method, path, method === 'POST' ? '{}' : undefined, { origin });
      expect(refusal(answer)).toEqual({ status: 403, code: 'origin_refused' });
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      expect(answer.headers.get('vary')).toBe('Origin');
    }
  });

  it('are refused whatever content type they send, and nothing happens', async () => {
    const mark = `by-${Date.now()}`;
    for (const type of ['text/plain', 'application/json', 'application/x-www-form-urlencoded']) {
      const headers = { origin: 'https://evil.example', 'content-type': type };
      const answer = await server.send('POST', '/threads', { metadata: { mark } }, headers);
      expect(refusal(answer)).toMatchObject({ status: 403 });
    }
    expect(await server.client.threads.search({ metadata: { mark } })).toEqual([]);
  });

  it.each(ALLOWED)('that are on the list are named back, never "*": %s', async (origin) => {
    const answer = await server.send('GET', '/info', undefined, { origin });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBe(origin);
    expect(answer.headers.get('vary')).toBe('Origin');
    const card = await server.send('GET', '/.well-known/agent-card.json', undefined, { origin });
    expect(card.headers.get('vary')).toBe('Origin, A2A-Version');
  });

  it('may read the headers that clients need', async () => {
    const { headers } = await server.send('GET', '/info', undefined, { origin: 'http://localhost:3000' });
    const exposed = headers.get('access-control-expose-headers')?.split(', ');
    expect(exposed).toEqual(
      expect.arrayContaining(['content-location', 'location', 'x-pagination-total', 'x-pagination-next']),
    );
  });

  it('may read what was refused, too', async () => {
    const answer = await server.send('GET', '/threads/nonsense', undefined, {
      origin: 'http://localhost:3000',
    });
    expect(refusal(answer)).toMatchObject({ status: 422 });
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
  });

  it('may read a stream', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const body = { assistant_id: 'steps', input: {} };
    const answer = await server.send('POST', `/threads/${id}/runs/stream`, body, {
      origin: 'http://localhost:3000',
    });
    expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    expect(answer.text).toContain('event: values');
  });

  describe('that ask first', () => {
    it('are told which methods and headers they may send: all they asked for', async () => {
      const { status, headers, text } = await preflight('http://localhost:3000');
      expect([status, text]).toEqual([204, '']);
      expect(headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
      for (const method of ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']) {
        expect(headers.get('access-control-allow-methods')).toContain(method);
      }
      expect(headers.get('access-control-allow-headers')).toBe(
        'content-type,x-api-key,last-event-id,idempotency-key',
      );
      expect(headers.get('access-control-allow-private-network')).toBeNull();
    });

    it('are let into the private network when they say that they come from outside', async () => {
      const asking = { 'access-control-request-private-network': 'true' };
      const allowed = await preflight('https://smith.langchain.com', asking);
      expect(allowed.headers.get('access-control-allow-private-network')).toBe('true');
      const refused = await preflight('https://evil.example', asking);
      expect(refused.headers.get('access-control-allow-private-network')).toBeNull();
    });
  });

  it('of no page at all are served: there is no Origin outside of browsers', async () => {
    const answer = await server.send('GET', '/info');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('access-control-allow-origin')).toBeNull();
  });

  it('like LangGraph Studio may send JSON that calls itself text', async () => {
    const headers = {
      origin: 'https://smith.langchain.com',
      'content-type': 'text/plain;charset=UTF-8',
      'x-auth-scheme': 'langsmith',
    };
    const created = await server.send('POST', '/threads', { metadata: { from: 'studio' } }, headers);
    const { thread_id: id } = created.json as { thread_id: string };
    expect(created.json).toMatchObject({ metadata: { from: 'studio' } });
    const run = await server.send(
      'POST',
      `/threads/${id}/runs/wait`,
      { assistant_id: 'steps', input: {} },
      headers,
    );
    expect(run.json).toMatchObject({ n: 1 });
    const found = await server.send(
      'POST',
      '/assistants/search',
      { limit: 10, offset: 0, metadata: { created_by: 'system' } },
      headers,
    );
    expect((found.json as unknown[]).length).toBe(10);
  });
});
