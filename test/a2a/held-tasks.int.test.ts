import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { BACKEND } from '../support/backend.ts';
import { startReceiver } from '../support/receiver.ts';
import { useLatch } from '../wire/latch.ts';
import { useServer } from '../wire/server.ts';
import { agentClient, asTask, rpc, saying, stateOf } from './agent-client.ts';

const EXTENSION = 'urn:holdpoint:a2a:pause:1';
const server = useServer({ env: { HOLDPOINT_OUTBOUND_ALLOW: 'private' } });
const latch = useLatch();

interface Shown {
  id: string;
  status: { state: string; message?: { metadata: Record<string, Suspension> } };
  metadata: Record<string, Suspension>;
}

interface Suspension {
  state: string;
  reason: string | null;
  verified?: boolean;
}

const call = async (method: string, params: object, headers = {}) => {
  const answer = await rpc(server, 'slow', { method, params, headers });
  return { ...answer, task: answer.result as unknown as Shown | undefined };
};

/** A task that is in the middle of its second step. */
const atWork = async (name: string) => {
  const agent = await agentClient(server.url, 'slow');
  const input = { data: { url: latch.url(name) }, returnImmediately: true };
  const task = asTask(await agent.sendMessage(saying(input)));
  await latch.reached(name);
  return { id: task.id, contextId: task.contextId };
};

/** One that rests after that step. */
const suspended = async (name: string) => {
  const task = await atWork(name);
  return { ...task, shown: await suspend(task, name) };
};

/** Lets its step end once the pause is asked for. */
const suspend = async ({ id, contextId }: { id: string; contextId: string }, name: string) => {
  const asked = await call('tasks/pause', { id, reason: 'maintenance', returnImmediately: true });
  expect(heldAs(asked.task)).toMatchObject({ state: 'suspending', reason: 'maintenance' });
  latch.open(name);
  await server.client.runs.join(contextId, id);
  return (await call('tasks/get', { id })).task;
};

/** Asks again while no worker is ready yet: the server has just been started. */
const resumeTask = async (id: string) => {
  for (;;) {
    const answer = await call('tasks/resume', { id });
    if (answer.error?.code !== -32603) return answer;
  }
};

const heldAs = (task: Shown | undefined) => task?.status.message?.metadata[EXTENSION];

describe('the extension that pauses', () => {
  it('is declared on the card and confirmed to whoever names it', async () => {
    const path = '/.well-known/agent-card.json?assistant_id=slow';
    const { json } = await server.send('GET', path);
    expect(json).toMatchObject({ capabilities: { extensions: [{ uri: EXTENSION }] } });
    const asking = { 'a2a-extensions': EXTENSION };
    const body = { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: 'x' } };
    const { headers } = await server.send('POST', '/a2a/slow', body, asking);
    expect(headers.get('a2a-extensions')).toBe(EXTENSION);
  });

  it('suspends a task at the end of its step and lets it go on, each step once', async () => {
    const { id, shown } = await suspended('held');
    expect(heldAs(shown)).toMatchObject({ state: 'suspended', reason: 'maintenance', verified: true });
    expect(shown?.status.state).toBe('working');
    const { task } = await call('tasks/resume', { id }, { 'a2a-version': '1.0' });
    expect(heldAs(task)).toMatchObject({ state: 'resumed' });
    const agent = await agentClient(server.url, 'slow');
    await server.client.runs.join((await agent.getTask({ tenant: '', id })).contextId, id);
    const done = await agent.getTask({ tenant: '', id });
    expect(stateOf(done)).toBe('TASK_STATE_COMPLETED');
    const { values } = await server.client.threads.get(done.contextId);
    expect(values).toMatchObject({ path: ['before', 'wait', 'after'] });
  });

  it('pauses only what is worked on and resumes only what is suspended', async () => {
    const agent = await agentClient(server.url, 'slow');
    const { id } = asTask(await agent.sendMessage(saying({ data: { tag: 'a' } })));
    expect((await call('tasks/pause', { id })).error).toMatchObject({ code: -32004 });
    expect((await call('tasks/resume', { id })).error).toMatchObject({ code: -32004 });
    const working = await atWork('only');
    const refused = await call('tasks/resume', { id: working.id });
    expect(refused.error).toMatchObject({ code: -32004 });
    expect(refused.error?.message).toContain('only a suspended task can be resumed');
    await agent.cancelTask({ tenant: '', id: working.id, metadata: undefined });
    expect((await call('tasks/pause', { id: working.id })).error?.code).toBe(-32004);
    expect((await call('tasks/pause', { id: 'nonsense' })).error?.code).toBe(-32001);
    expect((await call('tasks/pause', {})).error).toMatchObject({ code: -32602 });
  });

  it.skipIf(BACKEND !== 'embedded')(
    'says which check failed when the checkpoint is damaged, and leaves ways out',
    async () => {
      const { id, contextId } = await suspended('damaged');
      const file = new Database(join(server.process.dataDir, 'checkpoints.db'), { timeout: 5000 });
      file
        .prepare('UPDATE checkpoints SET checkpoint = substr(checkpoint, 1, 40) WHERE thread_id = ?')
        .run(contextId);
      file.close();
      const { error } = await call('tasks/resume', { id });
      expect(error?.code).toBe(-32050);
      expect(error?.message).toMatch(/checkpoint/);
      expect(JSON.stringify(error?.data)).toContain('checks');
      const cancelled = await call('tasks/cancel', { id });
      expect(cancelled.task?.status.state).toBe('canceled');
    },
  );
});

describe('a task', () => {
  it('survives kill -9 while it is held and while it asks, and goes on where it was', async () => {
    const { id } = await suspended('killed');
    const gate = await agentClient(server.url, 'gate');
    const asking = asTask(await gate.sendMessage(saying({ data: { n: 1 } })));
    await server.restart();
    const { task } = await call('tasks/get', { id });
    expect(heldAs(task)).toMatchObject({ state: 'suspended', reason: 'maintenance' });
    const agent = await agentClient(server.url, 'slow');
    await resumeTask(id);
    const { contextId } = await agent.getTask({ tenant: '', id });
    await server.client.runs.join(contextId, id);
    expect(stateOf(await agent.getTask({ tenant: '', id }))).toBe('TASK_STATE_COMPLETED');
    expect(latch.calls('killed')).toHaveLength(1);
    const again = await agentClient(server.url, 'gate');
    const done = asTask(await again.sendMessage(saying({ taskId: asking.id, text: 'yes, go' })));
    expect(stateOf(done)).toBe('TASK_STATE_COMPLETED');
  });

  it('is told of at each rest to who asked for it, also when the server was killed in between', async () => {
    const receiver = await startReceiver();
    const task = await atWork('pushed');
    const { id } = task;
    const agent = await agentClient(server.url, 'slow');
    const config = { tenant: '', id: 'mine', taskId: id, url: `${receiver.url}/hook`, token: '' };
    const authentication = { scheme: 'Bearer', credentials: 'let-me-in' };
    await agent.createTaskPushNotificationConfig({ ...config, authentication });
    const page = { tenant: '', taskId: id, pageSize: 0, pageToken: '' };
    const { configs } = await agent.listTaskPushNotificationConfig(page);
    expect(configs).toMatchObject([{ id: 'mine', authentication: { scheme: 'Bearer', credentials: '' } }]);
    await suspend(task, 'pushed');
    const [first] = await receiver.got(1);
    expect(first?.headers['authorization']).toBe('Bearer let-me-in');
    expect(first?.json).toMatchObject({ task: { id, metadata: { [EXTENSION]: { state: 'suspended' } } } });
    await server.restart();
    await resumeTask(id);
    const states = () => receiver.received.map(({ json }) => (json as { task: Shown }).task.status.state);
    for (let count = 1; !states().includes('TASK_STATE_COMPLETED'); count++) await receiver.got(count);
    expect(states()).toContain('TASK_STATE_WORKING');
    await receiver.close();
  });

  it('is told of from its first message on, and never begun where nobody could be told', async () => {
    const receiver = await startReceiver();
    const contextId = randomUUID();
    const send = (url: string, config: object = {}) =>
      call('SendMessage', {
        message: { messageId: 'a', role: 'ROLE_USER', contextId, parts: [{ data: { tag: 'a' } }] },
        configuration: { taskPushNotificationConfig: { url, ...config } },
      });
    expect((await send('ftp://nope')).error).toMatchObject({ code: -32602 });
    expect((await send(receiver.url, { id: 'x'.repeat(256) })).error).toMatchObject({
      code: -32602,
      data: [{ code: 'invalid_request', field: 'id' }],
    });
    for (const [field, config] of [
      ['token', { token: 'a\nb' }],
      ['scheme', { authentication: { scheme: 'Bearer\r', credentials: 'a' } }],
      ['credentials', { authentication: { scheme: 'Bearer', credentials: 'ключ' } }],
    ] as const)
      expect((await send(receiver.url, config)).error).toMatchObject({
        code: -32602,
        data: [{ code: 'invalid_request', field }],
      });
    await expect(server.client.threads.get(contextId)).rejects.toThrow(/404/);
    const { result } = await send(receiver.url);
    const [told] = await receiver.got(1);
    const { id } = (result as { task: Shown }).task;
    expect(told?.json).toMatchObject({ task: { id, status: { state: 'TASK_STATE_COMPLETED' } } });
    await receiver.close();
  });

  it('that is waited for is answered as it stands when the server ends, and goes on in the next', async () => {
    const message = { messageId: 'a', role: 'ROLE_USER', parts: [{ data: { url: latch.url('ends') } }] };
    const sent = call('SendMessage', { message });
    const tool = { name: 'slow', arguments: { input: { url: latch.url('ends') } } };
    const types = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    const called = server.send(
      'POST',
      '/mcp',
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: tool },
      types,
    );
    await latch.reached('ends', 2);
    const ended = server.process.kill('SIGTERM');
    const { task } = (await sent).result as { task: Shown & { contextId: string } };
    expect(task).toMatchObject({ status: { state: 'TASK_STATE_WORKING' } });
    expect((await called).text).toMatch(/"run_id":"[\w-]+"/);
    latch.open('ends');
    await ended;
    await server.restart();
    await server.client.runs.join(task.contextId, task.id);
    expect((await call('GetTask', { id: task.id })).result).toMatchObject({
      status: { state: 'TASK_STATE_COMPLETED' },
    });
  });

  it('is told of in the words of 0.3 where it was asked for in those, until that is taken back', async () => {
    const receiver = await startReceiver();
    const { id } = await atWork('older');
    const pushNotificationConfig = { id: 'a', url: receiver.url, token: 'known' };
    await call('tasks/pushNotificationConfig/set', { taskId: id, pushNotificationConfig });
    await call('tasks/cancel', { id });
    const [told] = await receiver.got(1);
    expect(told?.json).toMatchObject({ kind: 'task', id, status: { state: 'canceled' } });
    expect(told?.headers['x-a2a-notification-token']).toBe('known');
    const named = { id, pushNotificationConfigId: 'a' };
    expect((await call('tasks/pushNotificationConfig/get', named)).error).toBeUndefined();
    await call('tasks/pushNotificationConfig/delete', named);
    expect((await call('tasks/pushNotificationConfig/get', named)).error?.code).toBe(-32602);
    await receiver.close();
  });
});
