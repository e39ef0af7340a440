import { randomUUID } from 'node:crypto';
import type { Client } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { readLanggraphConfig } from '../../src/config/langgraph-config.ts';
import { userProject } from '../support/project.ts';
import { startServerProcess } from '../support/server.ts';
import { collect, refusal, useServer } from './server.ts';
import { isRunEnd, openSocket, refusedSocket } from './socket.ts';

const APP = `
import { Hono } from 'hono';
export const app = new Hono();
app.use('*', async (c, next) => {
  if (c.req.header('x-block')) return c.text('blocked', 418);
  if (c.req.header('x-read')) await c.req.text();
  await next();
  c.header('x-wrapped', c.req.path);
});
app.get('/hello', (c) => c.json({ hello: c.req.query('name') }));
app.get('/ok', (c) => c.json({ ok: 'mine' }));
app.post('/echo', async (c) => c.json(await c.req.json(), 201));
app.get('/inside', async (c) => {
  const answer = await globalThis[Symbol.for('langgraph_api:fetch')]('/info');
  return c.json({ context: (await answer.json()).context });
});
`;
const GRAPH = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({ said: Annotation(), env: Annotation() });
const ask = async ({ env }) => {
  if (env) return { env: env.map((name) => process.env[name] ?? null) };
  const answer = await globalThis[Symbol.for('langgraph_api:fetch')]('/hello?name=graph');
  return { said: await answer.json() };
};
export const graph = new StateGraph(State).addNode('ask', ask).addEdge(START, 'ask').addEdge('ask', END).compile();
`;
const ROOT = new URL('../..', import.meta.url).pathname;
const config = userProject(
  {
    graphs: { caller: './graph.mjs:graph' },
    env: './my.env',
    http: {
      app: './app.mjs:app',
      cors: { allow_origins: ['https://mine.example'], allow_origin_regex: 'https://.+\\.team\\.example' },
      disable_store: true,
    },
  },
  {
    'graph.mjs': GRAPH,
    'my.env': '# of the project\nGREETING="from the file"\nSMTP_URL=smtp://project.example\n',
    'app.mjs': APP.replace("'hono'", `'${ROOT}node_modules/hono/dist/index.js'`),
  },
);

/** What a graph finds in its environment. */
const environmentOf = async (client: Client, names: string[]): Promise<unknown> =>
  ((await client.runs.wait(null, 'caller', { input: { env: names } })) as { env: unknown }).env;

describe("a project's own application", () => {
  const server = useServer({ config });

  it('adds routes, and wins over those of the server', async () => {
    expect((await server.send('GET', '/hello?name=you')).json).toEqual({ hello: 'you' });
    expect((await server.send('GET', '/ok')).json).toEqual({ ok: 'mine' });
    expect(await server.send('POST', '/echo', { a: 1 })).toMatchObject({ status: 201, json: { a: 1 } });
  });

  it('has its middleware around every route, streams and errors among them', async () => {
    const wrapped = async (method: string, path: string, body?: unknown) =>
      (await server.send(method, path, body, { 'x-read': '1' })).headers.get('x-wrapped');
    const { thread_id } = await server.client.threads.create();

    expect(await wrapped('GET', '/info')).toBe('/info');
    expect(await wrapped('POST', '/threads/search', { limit: 1 })).toBe('/threads/search');
    expect(await wrapped('GET', '/nowhere')).toBe('/nowhere');
    const path = `/threads/${thread_id}/runs/stream`;
    expect(await wrapped('POST', path, { assistant_id: 'caller', input: {} })).toBe(path);
    expect(await server.send('GET', '/info', undefined, { 'x-block': '1' })).toMatchObject({
      status: 418,
      text: 'blocked',
    });
    expect(refusal(await server.send('GET', '/nowhere'))).toEqual({ status: 404, code: 'route_not_found' });
  });

  it('leaves runs and streams as they are', async () => {
    const { thread_id } = await server.client.threads.create();

    const events = await collect(server.client.runs.stream(thread_id, 'caller', { input: {} }));

    expect(events.map(({ event }) => event)).toContain('metadata');
    expect(events.at(-1)?.data).toEqual({ said: { hello: 'graph' } });
  });

  it('has its middleware before a WebSocket too', async () => {
    const url = `${server.url.replace('http', 'ws')}/threads/${randomUUID()}/stream/events`;
    expect(await refusedSocket(url, { 'x-block': '1' })).toMatchObject({ status: 418, text: 'blocked' });
    const { ask, find, socket } = await openSocket(url);
    await ask('subscription.subscribe', { channels: ['lifecycle'] });
    await ask('run.start', { assistant_id: 'caller', input: {} });
    expect((await find(isRunEnd)).params?.data).toMatchObject({ event: 'completed' });
    socket.close();
  });

  it('reaches the server by the loopback fetch', async () => {
    expect((await server.send('GET', '/inside')).json).toEqual({ context: 'js' });
  });

  it('has its environment from the file that it names, under what the server’s own says', async () => {
    const names = ['GREETING', 'SMTP_URL', 'NOBODY_SET_THIS'];
    expect(await environmentOf(server.client, names)).toEqual(['from the file', '', null]);
    const said = { graphs: { caller: './graph.mjs:graph' }, env: { GREETING: 'from the object' } };
    expect(readLanggraphConfig(userProject(said, { 'graph.mjs': GRAPH })).env).toEqual(said.env);
  });

  it('may name more origins, and switch off parts of the server', async () => {
    const from = async (origin: string) =>
      (await server.send('GET', '/hello', undefined, { origin })).headers.get('access-control-allow-origin');

    expect(await from('https://mine.example')).toBe('https://mine.example');
    expect(await from('https://a.team.example')).toBe('https://a.team.example');
    expect(await from('https://a.team.example.evil')).toBeNull();
    expect((await server.send('POST', '/store/namespaces', {})).status).toBe(404);
  });

  it('has no runs, crons, commands, events or sockets where runs are switched off', async () => {
    const bare = await startServerProcess({
      config: userProject(
        { graphs: { caller: './graph.mjs:graph' }, http: { disable_runs: true } },
        { 'graph.mjs': GRAPH },
      ),
    });
    const threadId = randomUUID();
    const status = async (path: string) =>
      (await fetch(`${bare.url}${path}`, { method: 'POST', body: '{}' })).status;
    const paths = ['/runs', '/runs/crons', `/threads/${threadId}/runs`, `/threads/${threadId}/commands`];
    for (const path of [...paths, `/threads/${threadId}/stream/events`]) expect(await status(path)).toBe(404);
    const socket = await refusedSocket(`${bare.url.replace('http', 'ws')}/threads/${threadId}/stream/events`);
    expect(socket.status).toBe(404);
    expect(await status('/threads')).toBe(200);
    await bare.kill('SIGTERM');
  });
});
