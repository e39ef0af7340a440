import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { Client } from '@langchain/langgraph-sdk';
import { describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { refusal, refusalOf, useServer } from './server.ts';
import { isRunEnd, openSocket, refusedSocket } from './socket.ts';
import { openStream } from './sse.ts';

const AUTH = `
import { Auth, HTTPException } from '@langchain/langgraph-sdk/auth';
const USERS = { anna: ['read'], bert: [], root: ['operate'], guest: [] };
const owning = ({ action, value, user }) => {
  if (user.identity === 'root') return true;
  if (value.metadata && action !== 'search') value.metadata.owner = user.identity;
  return { owner: user.identity };
};
export const auth = new Auth()
  .authenticate((request) => {
    const name = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
    if (name === 'broken') throw new TypeError('a bug');
    if (!(name in USERS)) throw new HTTPException(401, { message: 'Who are you?' });
    return { identity: name, permissions: USERS[name], role: 'tester' };
  })
  .on('*', owning)
  .on('threads:create_run', (asked) => asked.user.identity !== 'guest' && owning(asked))
  .on('threads:update', (asked) => asked.user.identity !== 'guest' && owning(asked))
  .on('threads:delete', ({ user }) => user.identity === 'root')
  .on('assistants', () => undefined)
  .on('assistants:read', ({ user }) => {
    if (user.identity === 'bert') return false;
    return user.identity === 'root' ? { draft: false } : undefined;
  })
  .on('crons:create', () => { throw new HTTPException(403, { message: 'No crons on Sundays' }); })
  .on('holdpoint', ({ permissions }) => permissions.includes('operate'))
  .on('store', ({ value, user }) => { value.namespace = [user.identity, ...(value.namespace ?? [])]; });
`;
const GRAPH = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
const State = Annotation.Root({ who: Annotation() });
export const graph = new StateGraph(State)
  .addNode('look', (_state, { configurable: c }) => ({
    who: [c.langgraph_auth_user_id, c.langgraph_auth_user?.role, c.langgraph_auth_permissions],
  }))
  .addEdge(START, 'look').addEdge('look', END).compile();
`;
const config = userProject(
  { graphs: { whoami: './graph.mjs:graph' }, auth: { path: './auth.mjs:auth' } },
  { 'auth.mjs': AUTH, 'graph.mjs': GRAPH },
);

describe('a project with authentication', () => {
  const server = useServer({ config, env: { HOLDPOINT_STUDIO_KEYS: 'studio-secret' } });
  const as = (name: string) =>
    new Client({
      apiUrl: server.url,
      apiKey: null,
      defaultHeaders: { authorization: `Bearer ${name}` },
      callerOptions: { maxRetries: 0 },
    });
  const bearer = (name: string) => ({ authorization: `Bearer ${name}` });

  describe('over a WebSocket', () => {
    const socketOf = (threadId: string): string =>
      `${server.url.replace('http', 'ws')}/threads/${threadId}/stream/events`;

    it('asks who calls, once, and knows them in every command', async () => {
      const threadId = randomUUID();
      expect((await refusedSocket(socketOf(threadId))).status).toBe(401);
      const { ask, find, socket } = await openSocket(socketOf(threadId), bearer('anna'));
      await ask('subscription.subscribe', { channels: ['lifecycle', 'values'] });

      const started = await ask('run.start', { assistant_id: 'whoami', input: {} });

      expect(started).toMatchObject({ type: 'success' });
      await find(isRunEnd);
      const values = await find(({ method, params }) => method === 'values' && 'who' in (params?.data ?? {}));
      expect(values.params?.data).toEqual({ who: ['anna', 'tester', ['read']] });
      expect((await as('anna').threads.get(threadId)).metadata).toMatchObject({ owner: 'anna' });
      const again = await ask('run.start', { assistant_id: 'whoami', input: {} });
      expect(again).toMatchObject({ type: 'success' });
      socket.close();
    });

    it('shows nobody the thread of another, also not to who listened before it was there', async () => {
      const { thread_id } = await as('anna').threads.create();
      expect((await refusedSocket(socketOf(thread_id), bearer('bert'))).status).toBe(404);

      const threadId = randomUUID();
      const early = await openSocket(socketOf(threadId), bearer('bert'));
      await early.ask('subscription.subscribe', { channels: ['lifecycle'] });
      const closed = once(early.socket, 'close');
      await as('anna').runs.wait(threadId, 'whoami', { input: {}, ifNotExists: 'create' });
      await closed;

      expect(early.messages.filter(({ type }) => type === 'event')).toEqual([]);
      const sse = await openStream(`${server.url}/threads/${threadId}/stream/events`, {
        method: 'POST',
        headers: bearer('anna'),
        body: JSON.stringify({ channels: ['lifecycle'] }),
      });
      expect((await sse.next())?.event).toBe('lifecycle');
      sse.leave();
    });

    it('refuses a command that the rules refuse, and goes on', async () => {
      const threadId = randomUUID();
      const { ask, socket } = await openSocket(socketOf(threadId), bearer('bert'));
      await as('anna').threads.create({ threadId });
      expect(await ask('run.start', { assistant_id: 'whoami', input: {} })).toMatchObject({ type: 'error' });
      expect(await ask('state.get', {})).toMatchObject({ type: 'error' });
      expect(await as('anna').runs.list(threadId)).toEqual([]);
      socket.close();
    });
  });

  it('asks who calls, except of /ok and /info', async () => {
    const search = (headers: Record<string, string>) => server.send('POST', '/threads/search', {}, headers);

    expect(refusal(await search({}))).toEqual({ status: 401, code: 'unauthenticated' });
    expect(refusal(await search(bearer('nobody')))).toEqual({ status: 401, code: 'unauthenticated' });
    expect((await search(bearer('anna'))).status).toBe(200);
    expect((await server.send('GET', '/ok')).status).toBe(200);
    expect((await server.send('GET', '/info')).status).toBe(200);
    expect((await server.send('GET', '/metrics')).status).toBe(401);
  });

  it('answers a method that has no `Request` as one that has no route', async () => {
    const sent = request(`${server.url}/ok`, { method: 'TRACE' }).end();
    const [answer] = (await once(sent, 'response')) as [IncomingMessage];
    expect(answer.resume().statusCode).toBe(404);
  });

  it('lets nobody in when authentication itself fails', async () => {
    const answer = await server.send('POST', '/threads/search', {}, bearer('broken'));

    expect(refusal(answer)).toEqual({ status: 401, code: 'unauthenticated' });
    expect(answer.text).not.toContain('a bug');
  });

  it('shows to each their own threads only, on every route', async () => {
    const anna = as('anna');
    const bert = as('bert');
    const { thread_id, metadata } = await anna.threads.create({ metadata: { owner: 'bert', n: 1 } });
    const mine = await bert.threads.create();
    const missing = { status: 404, code: 'thread_not_found' };

    expect(metadata).toEqual({ owner: 'anna', n: 1 });
    expect(await refusalOf(bert.threads.get(thread_id))).toMatchObject(missing);
    expect(await refusalOf(bert.threads.getState(thread_id))).toMatchObject(missing);
    expect(await refusalOf(bert.threads.getHistory(thread_id))).toMatchObject(missing);
    expect(await refusalOf(bert.threads.update(thread_id, { metadata: {} }))).toMatchObject(missing);
    expect(await refusalOf(bert.threads.updateState(thread_id, { values: {} }))).toMatchObject(missing);
    expect(await refusalOf(bert.runs.list(thread_id))).toMatchObject(missing);
    expect(await refusalOf(bert.runs.create(thread_id, 'whoami'))).toMatchObject(missing);
    expect(await refusalOf(bert.runs.wait(thread_id, 'whoami'))).toMatchObject(missing);
    const taken = bert.threads.create({ threadId: thread_id, ifExists: 'do_nothing' });
    expect(await refusalOf(taken)).toMatchObject({ status: 409, code: 'already_exists' });
    const ids = async (client: Client, query: object = {}) =>
      (await client.threads.search(query)).map((thread) => thread.thread_id);
    expect(await ids(bert)).toEqual([mine.thread_id]);
    expect(await ids(bert, { metadata: { owner: 'anna' } })).toEqual([]);
    expect(await ids(as('root'))).toEqual(expect.arrayContaining([thread_id, mine.thread_id]));
    expect((await bert.threads.update(mine.thread_id, { metadata: { owner: 'anna' } })).metadata).toEqual({
      owner: 'bert',
    });
  });

  it('takes the same idempotency key of two callers for two requests', async () => {
    const key = { 'idempotency-key': 'the-same' };
    const send = async (name: string) => {
      const body = { assistant_id: 'whoami', input: {} };
      const { status, json } = await server.send('POST', '/runs', body, { ...bearer(name), ...key });
      return { status, id: (json as { run_id: string }).run_id };
    };
    const [anna, again, root] = [await send('anna'), await send('anna'), await send('root')];
    expect([anna.status, root.status]).toEqual([200, 200]);
    expect([again.id === anna.id, root.id === anna.id]).toEqual([true, false]);
  });

  it('asks the most specific handler', async () => {
    const anna = as('anna');
    const { thread_id } = await anna.threads.create();

    expect(await refusalOf(anna.threads.delete(thread_id))).toMatchObject({ status: 403, code: 'forbidden' });
    await as('root').threads.delete(thread_id);
    const cron = anna.crons.create('whoami', { schedule: '0 0 1 1 *' });
    expect(await refusalOf(cron)).toMatchObject({ status: 403, message: 'No crons on Sundays' });
    expect(await anna.assistants.search()).toHaveLength(1);
  });

  it('asks whether a run may be changed where leaving would cancel it', async () => {
    const { thread_id } = await as('guest').threads.create();
    const path = `/threads/${thread_id}/runs/${randomUUID()}/join`;
    expect((await server.send('GET', path, undefined, bearer('guest'))).status).toBe(404);
    const leaving = await server.send('GET', `${path}?cancel_on_disconnect=1`, undefined, bearer('guest'));
    expect(refusal(leaving)).toEqual({ status: 403, code: 'forbidden' });
  });

  it('tells the graph who asks, whatever they say of themselves', async () => {
    const anna = as('anna');
    const threadId = randomUUID();
    const config_ = {
      configurable: { langgraph_auth_user_id: 'root', langgraph_auth_user: { role: 'king' } },
    };

    const state = await anna.runs.wait(threadId, 'whoami', {
      input: {},
      config: config_,
      ifNotExists: 'create',
    });

    expect(state).toEqual({ who: ['anna', 'tester', ['read']] });
    expect((await anna.threads.get(threadId)).metadata).toMatchObject({ owner: 'anna' });
    expect(await refusalOf(as('bert').threads.get(threadId))).toMatchObject({ status: 404 });
  });

  it('keeps what a handler makes of a namespace', async () => {
    await as('anna').store.putItem(['notes'], 'a', { n: 1 });

    expect(await as('bert').store.getItem(['notes'], 'a')).toBeNull();
    expect((await as('anna').store.searchItems(['notes'])).items[0]).toMatchObject({
      namespace: ['anna', 'notes'],
    });
    expect((await as('bert').store.searchItems([])).items).toEqual([]);
  });

  it('leaves what concerns the whole server to a handler for just that', async () => {
    const list = (name: string) => server.send('GET', '/outbound', undefined, bearer(name));

    expect(refusal(await list('anna'))).toEqual({ status: 403, code: 'forbidden' });
    expect((await list('root')).status).toBe(200);
  });

  it('takes Studio for itself only by a key of its own', async () => {
    const studio = { 'x-auth-scheme': 'langsmith' };
    const search = (headers: Record<string, string>) => server.send('POST', '/threads/search', {}, headers);

    expect((await search(studio)).status).toBe(401);
    expect((await search({ ...studio, 'x-api-key': 'another' })).status).toBe(401);
    expect((await search({ ...studio, 'x-api-key': 'studio-secret' })).status).toBe(200);
  });

  it('shows tasks of A2A to those whose threads they are', async () => {
    const call = async (name: string, method: string, params: object) =>
      (await server.send('POST', '/a2a/whoami', { jsonrpc: '2.0', id: 1, method, params }, bearer(name)))
        .json as { result?: { task?: { id: string }; tasks?: unknown[] }; error?: { code: number } };
    const message = { messageId: 'a', role: 'ROLE_USER', parts: [{ data: { who: [] } }] };
    const sent = await call('anna', 'SendMessage', { message });
    await as('bert').runs.wait(null, 'whoami', { input: {} }); // its thread is gone
    const id = sent.result?.task?.id;

    expect((await call('anna', 'GetTask', { id })).result).toMatchObject({ id });
    expect((await call('bert', 'GetTask', { id })).error?.code).toBe(-32001);
    expect((await call('bert', 'CancelTask', { id })).error?.code).toBe(-32001);
    expect((await call('bert', 'ListTasks', {})).result).toMatchObject({ tasks: [], totalSize: 0 });
    expect((await call('anna', 'ListTasks', {})).result?.tasks).toContainEqual(
      expect.objectContaining({ id }),
    );
    expect((await server.send('POST', '/a2a/whoami', {})).status).toBe(401);
    expect((await server.send('POST', '/mcp', {})).status).toBe(401);
    expect((await server.send('GET', '//')).status).toBe(401);
  });

  it('lets nobody call an agent as a tool of MCP who may not start runs, whatever it is called', async () => {
    const rpc = (method: string, params: object) => ({ jsonrpc: '2.0', id: 1, method, params });
    const call = (tool: string) => rpc('tools/call', { name: tool, arguments: { input: { who: [] } } });
    const types = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const mcp = async (name: string, body: unknown) =>
      (await server.send('POST', '/mcp', body, { ...bearer(name), ...types })).status;
    const named = { graph_id: 'whoami', name: 'constructor' };
    expect((await server.send('POST', '/assistants', named, bearer('root'))).status).toBe(200);

    for (const tool of ['whoami', 'constructor']) {
      expect(await mcp('anna', call(tool)), tool).toBe(200);
      expect(await mcp('guest', call(tool)), tool).toBe(403);
      expect(await mcp('guest', [call(tool)]), tool).toBe(403);
      expect(await mcp('guest', [rpc('tools/list', {}), call(tool)]), tool).toBe(422);
    }
    expect(await mcp('guest', [rpc('tools/list', {})])).toBe(200);
  });

  it('has for tools of MCP the assistants that the caller may use, whatever threads they see', async () => {
    const sketch = { graph_id: 'whoami', name: 'sketch', metadata: { draft: true } };
    await server.send('POST', '/assistants', sketch, bearer('anna'));
    const tools = async (name: string) => {
      const types = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
      const body = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };
      const { text } = await server.send('POST', '/mcp', body, { ...bearer(name), ...types });
      return [...text.matchAll(/"name":"(\w+)"/g)].map(([, tool]) => tool);
    };

    expect(await tools('anna')).toEqual(expect.arrayContaining(['whoami', 'sketch', 'decide']));
    for (const name of ['root', 'bert']) {
      const seen = await tools(name);
      expect(seen).toEqual(expect.arrayContaining(['whoami', 'decide']));
      expect(seen).not.toContain('sketch');
    }
  });
});
