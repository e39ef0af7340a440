import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WebSocket } from 'ws';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { run } from '../cli/cli.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { useLatch } from '../wire/latch.ts';
import { openStream } from '../wire/sse.ts';
import { createKey, folderWithKeys, openSocket, runKeys, SCOPES, type Keys } from './keys-server.ts';

type Scope = keyof Keys | 'any' | 'open';

interface Operation {
  method: string;
  path: string;
  scope: Scope;
}

let server: ServerUnderTest;
let keys: Keys;
const latch = useLatch();

beforeAll(async () => {
  const made = await folderWithKeys(SCOPES);
  ({ keys } = made);
  server = await startServerProcess({ dataDir: made.dataDir });
});
afterAll(() => server.kill('SIGTERM'));

type Call = [key: string | undefined, method: string, path: string, body?: unknown];

const call = async (
  ...[key, method, path, body]: Call
): Promise<{ status: number; json: Record<string, unknown>; headers: Headers }> => {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { ...(key !== undefined && { 'x-api-key': key }) },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = (text.startsWith('{') ? JSON.parse(text) : {}) as Record<string, unknown>;
  return { status: response.status, json, headers: response.headers };
};

/** Every route of the server, with the scope it declares. */
const operations = async (): Promise<Operation[]> => {
  const { json } = await call(keys.admin, 'GET', '/openapi.json');
  const paths = json['paths'] as Record<string, Record<string, { 'x-holdpoint-scope': Scope }>>;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, { 'x-holdpoint-scope': scope }]) => ({
      method: method.toUpperCase(),
      path: path.replace(/\{\w+\}/g, randomUUID()),
      scope,
    })),
  );
};

describe('a server whose data folder has API keys', () => {
  it('refuses everybody without one, on every route that does not say it is open', async () => {
    const all = await operations();
    expect(all.length).toBeGreaterThan(80);
    const refused: string[] = [];
    for (const { method, path } of all) {
      const { status, json, headers } = await call(undefined, method, path);
      if (status !== 401 || json['code'] !== 'unauthenticated') continue;
      expect(headers.get('www-authenticate')).toContain('Bearer');
      refused.push(`${method} ${path}`);
    }
    const closed = all.filter(({ scope }) => scope !== 'open').map(({ method, path }) => `${method} ${path}`);
    expect(refused).toEqual(closed);
    expect(
      all
        .filter(({ scope }) => scope === 'open')
        .map(({ method, path }) => `${method} /${path.split('/')[1]}`),
    ).toEqual(['GET /ok', 'GET /info', 'POST /hooks', 'GET /links', 'GET /ui']); // scripts bring no key
  });

  it('lets each key do what its scopes say and nothing else, on every route', async () => {
    for (const { method, path, scope } of await operations()) {
      if (scope === 'open' || scope === 'any') continue;
      for (const own of SCOPES) {
        if (own === scope || own === 'admin') continue;
        const { status, json } = await call(keys[own], method, path);
        expect([status, json['code']], `${own}: ${method} ${path}`).toEqual([403, 'forbidden']);
        expect(json['metadata']).toEqual({ scope, scopes: [own] });
      }
    }
  });

  it('refuses keys that are not: made up, cut, of another secret, in any place', async () => {
    const other = await createKey(server.dataDir, 'other', 'read');
    const secret = other.key.slice(other.key.lastIndexOf('_') + 1);
    for (const wrong of [
      'hpk_',
      'hpk_000000000000_'.padEnd(60, 'A'),
      keys.read.slice(0, -1),
      `${keys.read}A`,
      keys.read.toUpperCase(),
      keys.read.slice(0, 17) + secret.padStart(43, 'x').slice(-43),
      "hpk_' OR '1'='1",
    ]) {
      for (const headers of [{ 'x-api-key': wrong }, { authorization: `Bearer ${wrong}` }]) {
        const { status } = await fetch(`${server.url}/approvals`, {
          headers: headers as Record<string, string>,
        });
        expect(status, wrong).toBe(401);
      }
    }
  });

  it('opens no door by any other header', async () => {
    for (const headers of [
      { 'x-auth-scheme': 'langsmith' },
      { 'x-auth-scheme': 'langsmith', 'x-api-key': 'lsv2_pt_0000' },
      { 'x-forwarded-for': '127.0.0.1', 'x-real-ip': '127.0.0.1' },
      { 'x-service-key': 'internal', 'x-tenant-id': 'x' },
      { origin: 'http://localhost:3000' },
      { cookie: `x-api-key=${keys.admin}` },
    ]) {
      const { status } = await fetch(`${server.url}/approvals`, {
        headers: headers as Record<string, string>,
      });
      expect(status, JSON.stringify(headers)).toBe(401);
    }
    expect((await call(undefined, 'GET', `/approvals?x-api-key=${keys.admin}`)).status).toBe(401);
  });

  it('takes a key as x-api-key or as a bearer, also beside the key of another service', async () => {
    for (const headers of [
      { 'x-api-key': keys.read },
      { authorization: `Bearer ${keys.read}` },
      { authorization: `bearer ${keys.read}`, 'x-api-key': 'lsv2_pt_0000' },
    ]) {
      const { status } = await fetch(`${server.url}/approvals`, { headers });
      expect(status).toBe(200);
    }
  });

  it('does not let a key that may run step past a question: that is to decide', async () => {
    const thread = { thread_id: randomUUID() };
    await call(keys.run, 'POST', '/threads', thread);
    const runs = `/threads/${thread.thread_id}/runs`;
    const base = { assistant_id: 'steps', input: { steps: 1 } };
    const needs = async (body: object, path = runs): Promise<unknown> => {
      const { status, json } = await call(keys.run, 'POST', path, body);
      return status === 403 ? (json['metadata'] as { scope: string }).scope : status;
    };

    expect(await needs({ ...base, command: { resume: 'approve' } })).toBe('decide');
    expect(await needs({ ...base, command: { goto: 'tools' } })).toBe('decide');
    expect(await needs({ ...base, command: { update: { a: 1 } } })).toBe('decide');
    expect(await needs({ ...base, context: { policy: { send_email: 'never' } } })).toBe('decide');
    expect(await needs({ ...base, config: { configurable: { policy: 'never' } } })).toBe('decide');
    expect(await needs({ ...base, input: null })).toBe('operate');
    expect(await needs([{ ...base, command: { goto: 'tools' } }], '/runs/batch')).toBe('decide');
    expect(await needs({ ...base, context: { a: 1 } }, '/runs')).toBe('decide');
    expect(await needs({ ...base, context: { a: 1 }, schedule: '0 0 1 1 *' }, '/runs/crons')).toBe('decide');
    expect(await needs({ supersteps: [{ updates: [{ values: {}, as_node: 'step' }] }] }, '/threads')).toBe(
      'decide',
    );
    expect(await needs({ values: {} }, `/threads/${thread.thread_id}/state`)).toBe('decide');
    expect(await needs({ status: 'all' }, '/runs/cancel')).toBe('operate');
    const command = (method: string, params: object = {}) => ({ id: 1, method, params });
    const commands = `/threads/${thread.thread_id}/commands`;
    expect(await needs(command('input.respond'), commands)).toBe('decide');
    expect(await needs(command('run.start', { command: { resume: 1 } }), commands)).toBe('decide');
    expect(await needs(command('state.get'), commands)).toBe('read');
    const placed = { ...base, config: { configurable: { thread_id: thread.thread_id } } };
    expect(await needs(placed, `${runs}/wait`)).toBe(200);
  });

  it('lets only a key that may run have a run cancelled by leaving, and names it in the log', async () => {
    for (const path of [`/threads/${randomUUID()}/runs`, '/runs'])
      for (const way of ['join', 'stream']) {
        const { status, json } = await call(
          keys.read,
          'GET',
          `${path}/${randomUUID()}/${way}?cancel_on_disconnect=true`,
        );
        expect([status, json['metadata']]).toEqual([403, { scope: 'run', scopes: ['read'] }]);
      }
    const held = { assistant_id: 'slow', input: { url: latch.url('left') }, if_not_exists: 'create' };
    const threadId = randomUUID();
    const { json } = await call(keys.run, 'POST', `/threads/${threadId}/runs`, held);
    const run = `${server.url}/threads/${threadId}/runs/${String(json['run_id'])}`;
    const headers = { 'x-api-key': keys.admin };
    await latch.reached('left');
    const leaving = await openStream(`${run}/stream?cancel_on_disconnect=true`, { headers });
    await leaving.next();
    leaving.leave();
    await fetch(`${run}/join`, { headers }).then((response) => response.text());
    latch.open('left');
    const log = await fetch(`${server.url}/threads/${threadId}/log`, { headers });
    const lines = (await log.json()) as { kind: string; actor: string }[];
    for (const kind of ['requestCancel', 'cancel'])
      expect(lines.filter((line) => line.kind === kind)).toMatchObject([{ actor: 'key:admin' }]);
  });

  it('asks in A2A and MCP for the scope of what is done there, under every name it has', async () => {
    const task = randomUUID();
    const needs = async (key: keyof Keys, path: string, body: object): Promise<unknown> => {
      const { status, json } = await call(keys[key], 'POST', path, body);
      return status === 403 ? (json['metadata'] as { scope: string }).scope : 'none';
    };
    const rpc = (method: string, params: object = {}) => ({ jsonrpc: '2.0', id: 1, method, params });
    const a2a = (key: keyof Keys, method: string, params?: object) =>
      needs(key, '/a2a/steps', rpc(method, params));
    for (const method of ['SendMessage', 'SendStreamingMessage', 'message/send', 'message/stream']) {
      expect(await a2a('read', method, { message: {} }), method).toBe('run');
      for (const message of [{ taskId: task }, { task_id: task }])
        expect(await a2a('run', method, { message }), method).toBe('decide');
    }
    for (const method of ['GetTask', 'ListTasks', 'SubscribeToTask', 'tasks/get', 'tasks/resubscribe']) {
      expect(await a2a('run', method, { id: task }), method).toBe('read');
      expect(await a2a('read', method, { id: task }), method).toBe('none');
    }
    for (const method of ['CancelTask', 'tasks/cancel', 'CreateTaskPushNotificationConfig', 'unheard/of'])
      expect(await a2a('read', method, { id: task }), method).toBe('run');
    for (const method of ['PauseTask', 'tasks/pause', 'ResumeTask', 'tasks/resume'])
      for (const key of ['read', 'run', 'decide'] as const)
        expect(await a2a(key, method, { id: task }), method).toBe('operate');

    const message = { messageId: randomUUID(), role: 'ROLE_USER', parts: [{ data: { steps: 1 } }] };
    const asText = JSON.stringify(rpc('SendMessage', { message }));
    const { json: answer } = await call(keys.read, 'POST', '/a2a/steps', asText);
    expect(answer).toMatchObject({ error: { code: -32602 } });

    const tool = (name: string) => rpc('tools/call', { name, arguments: {} });
    for (const [name, scope] of Object.entries({
      get_run: 'read',
      list_questions: 'read',
      decide: 'decide',
      pause: 'operate',
      resume: 'operate',
      steps: 'run',
      constructor: 'run',
    })) {
      for (const key of SCOPES.filter((own) => own !== scope && own !== 'admin')) {
        expect(await needs(key, '/mcp', tool(name)), `${key}: ${name}`).toBe(scope);
        expect(await needs(key, '/mcp', [rpc('tools/list'), tool(name)]), `${key}: [${name}]`).toBe(scope);
      }
    }
    expect(await needs('read', '/mcp', rpc('tools/list'))).toBe('none');
  });

  it('tells a key that may only run nothing of what is in a thread or a cron that it changes', async () => {
    const threadId = randomUUID();
    const path = `/threads/${threadId}`;
    await call(keys.run, 'POST', '/threads', { thread_id: threadId });
    await call(keys.run, 'POST', `${path}/runs/wait`, { assistant_id: 'gate', input: {} });
    const planned = { assistant_id: 'steps', input: { steps: 1 }, schedule: '0 0 1 1 *' };
    const cron = (await call(keys.admin, 'POST', '/runs/crons', planned)).json['cron_id'] as string;
    const changes: [method: string, path: string, body?: object][] = [
      ['PATCH', path, {}],
      ['POST', '/threads', { thread_id: threadId, if_exists: 'do_nothing' }],
      ['POST', `${path}/copy`],
      ['PATCH', `/runs/crons/${cron}`, {}],
    ];
    const saysNothing = async (key: string, change: (typeof changes)[number]): Promise<boolean> => {
      const { status, json } = await call(key, ...change);
      expect(status, change[1]).toBe(200);
      const { values, interrupts = {}, payload = {} } = json;
      return (
        values == null && Object.keys({ ...(interrupts as object), ...(payload as object) }).length === 0
      );
    };
    for (const change of changes) {
      expect(await saysNothing(keys.run, change), `${change[0]} ${change[1]}`).toBe(true);
      expect(await saysNothing(keys.admin, change), `${change[0]} ${change[1]}`).toBe(false);
    }
  });

  it('lets only a key that may operate name a thread as the parent of another: it is told events', async () => {
    const metadata = { parent_thread_id: randomUUID() };
    const run = { assistant_id: 'steps', input: { steps: 1 }, metadata };
    for (const [path, body] of [
      ['/threads', { metadata }],
      ['/runs', run],
      ['/runs/batch', [run]],
    ] as const) {
      const { status, json } = await call(keys.run, 'POST', path, body);
      expect([status, json['metadata']], path).toEqual([403, { scope: 'operate', scopes: ['run'] }]);
    }
    const both = (await createKey(server.dataDir, 'supervisor', 'run,operate')).key;
    expect((await call(both, 'POST', '/threads', { metadata })).status).toBe(200);
    expect((await call(keys.read, 'POST', '/threads/search', { metadata })).status).toBe(200);
  });

  it('asks for a change of a cron what the cron it becomes would ask for', async () => {
    const threadId = randomUUID();
    await call(keys.run, 'POST', '/threads', { thread_id: threadId });
    const cron = { assistant_id: 'steps', input: { steps: 1 }, schedule: '0 0 1 1 *' };
    const made = async (path: string, key = keys.run, body: object = cron): Promise<string> =>
      (await call(key, 'POST', path, body)).json['cron_id'] as string;
    const status = async (id: string, body: object, key = keys.run): Promise<number> =>
      (await call(key, 'PATCH', `/runs/crons/${id}`, body)).status;
    const onThread = `/threads/${threadId}/runs/crons`;

    const there = await made(onThread);
    expect(await status(there, { input: null })).toBe(403);
    expect(await status(there, { schedule: '0 0 2 1 *' })).toBe(200);
    const answers = { ...cron, input: null, command: { resume: 'approve' } };
    const decides = await made(onThread, keys.admin, answers);
    expect(await status(decides, { command: {} })).toBe(403);
    expect(await status(decides, { enabled: false })).toBe(200);
    expect(await status(await made('/runs/crons'), { input: null })).toBe(200);
    expect(await status(there, { input: null }, keys.admin)).toBe(200);
  });

  it('writes the name of the key into the log of what it did, whatever the body claims', async () => {
    const threadId = randomUUID();
    await call(keys.admin, 'POST', `/threads/${threadId}/runs/wait`, {
      assistant_id: 'steps',
      input: { steps: 1 },
      if_not_exists: 'create',
    });
    const { json } = await call(keys.operate, 'POST', '/emergency-stops', {
      scope: { thread_id: threadId },
      reason: 'a test',
      requested_by: 'the chief',
    });
    expect(json['requested_by']).toBe('the chief via key:operate');
    const log = await fetch(`${server.url}/threads/${threadId}/log`, { headers: { 'x-api-key': keys.read } });
    const actors = ((await log.json()) as { actor: string }[]).map(({ actor }) => actor);
    expect(actors).toContain('key:admin');
    expect(actors).not.toContain('the chief');
  });

  it('asks for a key on WebSockets too, and for a scope for each command there', async () => {
    expect(await openSocket(server.url, {})).toBe(401);
    expect(await openSocket(server.url, { protocols: ['holdpoint', 'hpk_000000000000_x'] })).toBe(401);
    const socket = await openSocket(server.url, { protocols: ['holdpoint', keys.read] });
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${socket}`);
    expect(socket.protocol).toBe('holdpoint');
    const ask = async (id: number, method: string, params: object): Promise<unknown> => {
      const answer = once(socket, 'message');
      socket.send(JSON.stringify({ id, method, params }));
      return JSON.parse(String((await answer)[0])) as unknown;
    };
    expect(await ask(1, 'subscription.subscribe', { channels: ['values'] })).toMatchObject({
      type: 'success',
    });
    const started = await ask(2, 'run.start', { assistant_id: 'steps', input: {} });
    expect(started).toMatchObject({ type: 'error', error: 'permission_denied', code: 'forbidden' });
    socket.close();
  });

  it('ends what a key has opened, once it is revoked, and lets it open nothing more', async () => {
    const made = await createKey(server.dataDir, 'leaver', 'read');
    const socket = await openSocket(server.url, { headers: { 'x-api-key': made.key } });
    if (!(socket instanceof WebSocket)) throw new Error(`refused: ${socket}`);
    const threadId = randomUUID();
    await call(keys.run, 'POST', '/threads', { thread_id: threadId });
    const stream = await fetch(`${server.url}/threads/${threadId}/stream`, {
      headers: { 'x-api-key': made.key },
    });
    expect(stream.status).toBe(200);
    const closed = once(socket, 'close') as Promise<[number]>;

    expect((await runKeys(server.dataDir, 'revoke', 'leaver')).code).toBe(0);

    expect((await closed)[0]).toBe(1008);
    await expect(stream.text()).rejects.toThrow();
    expect((await call(made.key, 'GET', '/approvals')).status).toBe(401);
    const again = await runKeys(server.dataDir, 'revoke', 'leaver', '--json');
    expect(again.json()).toMatchObject({ error: { code: 'key_not_found' } });
  });

  it('lists the keys with when each was last used, and has their secrets nowhere on disk', async () => {
    await call(keys.read, 'GET', '/approvals');
    const listed = (await runKeys(server.dataDir, 'list', '--json')).json();
    expect(listed).toContainEqual({
      key_id: keys.read.split('_')[1],
      name: 'read',
      scopes: ['read'],
      created_at: expect.any(String) as string,
      expires_at: null,
      last_used_at: expect.any(String) as string,
      revoked_at: null,
    });
    for (const file of readdirSync(server.dataDir, { withFileTypes: true })) {
      if (!file.isFile()) continue;
      const content = readFileSync(join(server.dataDir, file.name)).toString('latin1');
      for (const scope of SCOPES) expect(content.includes(keys[scope].slice(17)), file.name).toBe(false);
    }
  });

  it('lets the command line in by HOLDPOINT_API_KEY or --api-key, and says so without', async () => {
    const inbox = ['inbox', '--url', server.url];
    expect((await run(inbox, { env: { HOLDPOINT_API_KEY: keys.read } })).code).toBe(0);
    expect((await run([...inbox, '--api-key', keys.read])).code).toBe(0);
    const refused = await run(inbox);
    expect(refused.code).toBe(1);
    expect(refused.err).toContain('HOLDPOINT_API_KEY');
  });
});

describe('beyond loopback', () => {
  const serve = (dataDir: string, env: Record<string, string> = {}) =>
    startServerProcess({ dataDir, env: { HOLDPOINT_HOST: '0.0.0.0', ...env } });

  it('a server that asks nobody who they are does not start, and says what to do', async () => {
    const dataDir = join(server.dataDir, 'open');
    await expect(serve(dataDir)).rejects.toThrow(/holdpoint keys create[^]*HOLDPOINT_OPEN_TO_ALL=yes/);
  });

  it('one that is told to start all the same warns of it', async () => {
    const open = await serve(join(server.dataDir, 'open'), {
      HOLDPOINT_OPEN_TO_ALL: 'yes',
      HOLDPOINT_LOG_LEVEL: 'silent',
    });
    expect(open.output()).toContain('WARNING: open to all');
    await open.kill('SIGTERM');
  });

  it('one with keys starts, and stays closed when all of them are revoked or expired', async () => {
    const dataDir = join(server.dataDir, 'closed');
    const { key } = await createKey(dataDir, 'only', 'admin');
    expect((await runKeys(dataDir, 'revoke', 'only')).code).toBe(0);
    const closed = await serve(dataDir);
    const port = new URL(closed.url).port;
    for (const headers of [{}, { 'x-api-key': key }] as Record<string, string>[]) {
      expect((await fetch(`http://127.0.0.1:${port}/approvals`, { headers })).status).toBe(401);
    }
    await closed.kill('SIGTERM');
  });
});
