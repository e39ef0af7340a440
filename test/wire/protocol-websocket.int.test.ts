import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { LIGHT } from '../support/server.ts';
import { drives } from './rows.ts';
import { useServer } from './server.ts';
import { openSocket, type Message } from './socket.ts';

const server = useServer({ config: LIGHT });

const urlOf = (threadId: string): string =>
  `${server.url.replace('http', 'ws')}/threads/${threadId}/stream/events`;

const connect = (threadId: string) => openSocket(urlOf(threadId));

const isEnd = ({ method, params }: Message): boolean =>
  method === 'lifecycle' && params?.namespace.length === 0 && params.data['event'] !== 'running';

describe('protocol v2 over a WebSocket (v2 GET /threads/{t}/stream/events)', () => {
  it('takes commands and sends the events of its subscriptions, after their answers', async () => {
    const threadId = randomUUID();
    const { ask, find, messages, socket } = await connect(threadId);
    const { result } = await ask('subscription.subscribe', { channels: ['lifecycle', 'values'] });
    expect(result).toMatchObject({ subscription_id: expect.any(String) as string });
    expect(await ask('run.start', { assistant_id: 'steps', input: { steps: 2 } })).toMatchObject({
      type: 'success',
    });
    const end = await find(isEnd);
    expect(end.params?.data).toMatchObject({ event: 'completed' });
    const answered = messages.findIndex(({ id }) => id === 0);
    expect(messages.findIndex(({ type }) => type === 'event')).toBeGreaterThan(answered);
    socket.close();
  });

  it('replays to a further subscription and is silent to one that was ended', async () => {
    const threadId = randomUUID();
    const { ask, find, messages, socket } = await connect(threadId);
    const first = await ask('subscription.subscribe', { channels: ['lifecycle'] });
    await ask('run.start', { assistant_id: 'steps', input: { steps: 1 } });
    await find(isEnd);
    const ended = await ask('subscription.unsubscribe', first.result as object);
    expect(ended).toMatchObject({ type: 'success' });
    expect(await ask('subscription.unsubscribe', first.result as object)).toMatchObject({
      type: 'error',
      error: 'no_such_subscription',
    });
    const before = messages.length;
    await ask('subscription.subscribe', { channels: ['values'] });
    await find((message) => message.method === 'values');
    expect(messages.slice(before).filter(({ method }) => method === 'lifecycle')).toEqual([]);
    socket.close();
  });

  it('sends the events of all subscriptions in the order of their numbers, whichever reads faster', async () => {
    const threadId = randomUUID();
    const { ask, find, messages, socket } = await connect(threadId);
    await ask('run.start', { assistant_id: 'steps', input: { steps: 20, pad: 'x'.repeat(20_000) } });
    await ask('subscription.subscribe', { channels: ['values', 'tasks', 'checkpoints', 'updates'] });
    await ask('subscription.subscribe', { channels: ['lifecycle'] });
    const end = await find(isEnd);
    const numbers = messages.flatMap(({ type, seq }) => (type === 'event' ? [seq ?? 0] : []));
    const said = numbers.slice(0, numbers.indexOf(end.seq ?? 0) + 1);
    expect(said.length).toBeGreaterThan(60);
    expect(said).toEqual(said.toSorted((a, b) => a - b));
    socket.close();
  });

  it('answers what is no command and goes on', async () => {
    const { ask, find, send, socket } = await connect(randomUUID());
    send('no json');
    expect(await find(({ type }) => type === 'error')).toMatchObject({ id: null, error: 'invalid_argument' });
    expect(await ask('make.tea', {})).toMatchObject({ type: 'error', error: 'unknown_command' });
    expect(await ask('subscription.subscribe', { channels: ['gossip'] })).toMatchObject({
      type: 'error',
      error: 'invalid_argument',
    });
    socket.close();
  });

  it.each([
    { what: 'an origin that is not listed', path: undefined, origin: 'https://evil.example', status: 403 },
    { what: 'a path that is none', path: '/gossip', origin: undefined, status: 404 },
    { what: 'a thread id that is none', path: '/threads/x/stream/events', origin: undefined, status: 404 },
  ])('refuses $what', async ({ path, origin, status }) => {
    const url = path === undefined ? urlOf(randomUUID()) : `${server.url.replace('http', 'ws')}${path}`;
    const socket = new WebSocket(url, { ...(origin !== undefined && { origin }) });
    socket.on('error', () => {});
    const [, response] = (await once(socket, 'unexpected-response')) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(status);
    socket.terminate();
  });

  it('answers a request that would go on in another protocol as if it had not asked for that', async () => {
    const sent = request(`${server.url}/threads/search`, {
      method: 'POST',
      headers: { connection: 'Upgrade, HTTP2-Settings', upgrade: 'h2c', 'http2-settings': 'AAMAAABkAAQA' },
    }).end('{"limit": 1}');
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(200);
  });

  it('takes pages of this machine', async () => {
    const socket = new WebSocket(urlOf(randomUUID()), { origin: 'http://localhost:5173' });
    await once(socket, 'open');
    expect(socket.readyState).toBe(WebSocket.OPEN);
    socket.close();
  });
});

drives(server, ['GET /threads/{t}/stream/events']);
