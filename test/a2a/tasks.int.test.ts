import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { TaskState } from '@a2a-js/sdk';
import Database from 'better-sqlite3';
import { describe, expect, it } from 'vitest';
import { BACKEND } from '../support/backend.ts';
import { drives } from '../wire/rows.ts';
import { collect, refusal, useServer } from '../wire/server.ts';
import { useLatch } from '../wire/latch.ts';
import { agentClient, asTask, dataOf, heard, rpc, saying, stateOf, textOf } from './agent-client.ts';

const server = useServer();
const latch = useLatch();
const talk = (assistant: string, version: '1.0' | '0.3' = '1.0') =>
  agentClient(server.url, assistant, version);

describe.each(['1.0', '0.3'] as const)('another agent that speaks A2A %s', (version) => {
  it('finds an assistant by its card, sends it a message and is given its result', async () => {
    const agent = await talk('chat', version);
    const task = asTask(await agent.sendMessage(saying({ text: 'hello' })));
    expect(stateOf(task)).toBe('TASK_STATE_COMPLETED');
    expect(textOf(task.artifacts[0]?.parts)).not.toBe('');
    const run = await server.client.runs.get(task.contextId, task.id);
    expect(run.status).toBe('success');
    const again = await agent.getTask({ tenant: '', id: task.id });
    expect(again.artifacts).toEqual(task.artifacts);
  });

  it('follows what the model says as it says it, and then is given the whole', async () => {
    const agent = await talk('chat', version);
    const events = (await collect(agent.sendMessageStream(saying({ text: 'hello' })))).map(heard);
    expect(events[0]).toMatch(/^task TASK_STATE_(SUBMITTED|WORKING)$/);
    expect(events.at(-1)).toBe('status TASK_STATE_COMPLETED');
    const result = events.at(-2)?.replace('result ', '');
    const said = events.filter((one) => /^(text|more) /.test(one)).map((one) => one.replace(/^\w+ /, ''));
    expect(said.length).toBeGreaterThan(1);
    expect(said.join('')).toBe(result);
  });

  it('is asked for input, answers on the same task, and the task goes on to its end', async () => {
    const agent = await talk('gate', version);
    const task = asTask(await agent.sendMessage(saying({ data: { n: 1 } })));
    expect(stateOf(task)).toBe('TASK_STATE_INPUT_REQUIRED');
    const { questions } = dataOf(task.status?.message?.parts) as { questions: { payload: unknown }[] };
    expect(questions).toMatchObject([{ payload: { ask: 'go?' } }]);
    const done = asTask(await agent.sendMessage(saying({ taskId: task.id, data: { answer: false } })));
    expect(done.id).toBe(task.id);
    expect(stateOf(done)).toBe('TASK_STATE_COMPLETED');
    expect(dataOf(done.artifacts[0]?.parts)).toMatchObject({ decision: false, n: 2 });
    const late = agent.sendMessage(saying({ taskId: task.id, text: 'approve' }));
    await expect(late).rejects.toThrow(/is success: it takes a message only while it waits/);
  });

  it('cancels a task that is at work, once', async () => {
    const agent = await talk('slow', version);
    const begun = asTask(
      await agent.sendMessage(
        saying({ data: { url: latch.url(`cancel ${version}`) }, returnImmediately: true }),
      ),
    );
    await latch.reached(`cancel ${version}`);
    const cancelled = await agent.cancelTask({ tenant: '', id: begun.id, metadata: undefined });
    expect(stateOf(cancelled)).toBe('TASK_STATE_CANCELED');
    await expect(agent.cancelTask({ tenant: '', id: begun.id, metadata: undefined })).rejects.toThrow(
      /cannot be cancelled/,
    );
  });

  it('comes back to the stream of a task that is at work, and is refused one that has ended', async () => {
    const agent = await talk('slow', version);
    const begun = asTask(
      await agent.sendMessage(
        saying({ data: { url: latch.url(`follow ${version}`) }, returnImmediately: true }),
      ),
    );
    await latch.reached(`follow ${version}`);
    const events: string[] = [];
    for await (const event of agent.resubscribeTask({ tenant: '', id: begun.id })) {
      events.push(heard(event));
      if (events.length === 1) latch.open(`follow ${version}`);
    }
    expect(events[0]).toBe('task TASK_STATE_WORKING');
    expect(events.at(-1)).toBe('status TASK_STATE_COMPLETED');
    await expect(collect(agent.resubscribeTask({ tenant: '', id: begun.id }))).rejects.toThrow(/has ended/);
  });

  it('is told of a run that failed, and why', async () => {
    const agent = await talk('failing', version);
    const task = asTask(await agent.sendMessage(saying({ data: { fail: true } })));
    expect(stateOf(task)).toBe('TASK_STATE_FAILED');
    expect(textOf(task.status?.message?.parts)).toBe('the tool broke');
  });
});

describe('another agent', () => {
  it('answers held tool calls with a decision, and goes on in the same context', async () => {
    const agent = await talk('agent');
    const ask = 'Write the release notes for 1.2 to notes.md and mail them to team@example.com';
    const task = asTask(await agent.sendMessage(saying({ text: ask })));
    const { questions } = dataOf(task.status?.message?.parts) as {
      questions: { question_id: string; tool_calls: { name: string }[]; allowed_decisions: string[] }[];
    };
    expect(questions[0]?.tool_calls.map(({ name }) => name)).toEqual(['write_file', 'send_email']);
    const wrong = agent.sendMessage(saying({ taskId: task.id, text: 'sure, go on' }));
    await expect(wrong).rejects.toThrow(/say "approve" or "reject"/);
    const decisions = [{ decision: 'approve' }, { decision: 'reject', message: 'Not today.' }];
    const done = asTask(
      await agent.sendMessage(
        saying({ taskId: task.id, data: { question_id: questions[0]?.question_id, decisions } }),
      ),
    );
    expect(stateOf(done)).toBe('TASK_STATE_COMPLETED');
    expect(done.contextId).toBe(task.contextId);
    expect(textOf(done.artifacts[0]?.parts)).toContain('I did not mail');
  });

  it('shows a task as going on when a person decided its question elsewhere', async () => {
    const agent = await talk('gate');
    const task = asTask(await agent.sendMessage(saying({ data: { n: 1 } })));
    await server.client.runs.wait(task.contextId, 'gate', { command: { resume: 'yes' } });
    const after = await agent.getTask({ tenant: '', id: task.id });
    expect(stateOf(after)).toBe('TASK_STATE_COMPLETED');
    expect(dataOf(after.artifacts[0]?.parts)).toMatchObject({ decision: 'yes' });
  });

  it('lists its tasks by context and by state, page by page, each once', async () => {
    const agent = await talk('steps');
    const contextId = randomUUID();
    const ids: string[] = [];
    for (let i = 0; i < 3; i++)
      ids.push(asTask(await agent.sendMessage(saying({ contextId, data: { steps: 1 } }))).id);
    const query = { tenant: '', status: TaskState.TASK_STATE_UNSPECIFIED, statusTimestampAfter: undefined };
    const first = await agent.listTasks({ ...query, contextId, pageSize: 2, pageToken: '' });
    expect(first).toMatchObject({ totalSize: 3, pageSize: 2 });
    const { nextPageToken: pageToken } = first;
    const second = await agent.listTasks({ ...query, contextId, pageSize: 2, pageToken });
    expect([...first.tasks, ...second.tasks].map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    expect(second.nextPageToken).toBe('');
    const status = TaskState.TASK_STATE_WORKING;
    const none = await agent.listTasks({ ...query, status, contextId, pageToken: '' });
    expect(none.tasks).toEqual([]);
    const asked = await talk('gate').then((gate) => gate.sendMessage(saying({ data: { n: 1 } })));
    const waiting = await rpc(server, 'gate', {
      method: 'tasks/list',
      params: { status: 'TASK_STATE_INPUT_REQUIRED', contextId: asTask(asked).contextId },
    });
    expect(waiting.result).toMatchObject({ tasks: [{ id: asTask(asked).id }], totalSize: 1 });
  });

  it('says who has decided, and that it is to be remembered', async () => {
    const agent = await talk('agent');
    const ask = 'Write the release notes for 1.3 to notes.md';
    const task = asTask(await agent.sendMessage(saying({ text: ask })));
    const data = { decision: 'approve', decided_by: 'ann', remember: 'thread' };
    await agent.sendMessage(saying({ taskId: task.id, data }));
    const path = `/approvals?status=all&thread_id=${task.contextId}`;
    expect((await server.send('GET', path)).json).toMatchObject([{ decision: { decided_by: 'ann' } }]);
    const remembered = await server.send('GET', `/sticky-decisions?thread_id=${task.contextId}`);
    expect(remembered.json).toMatchObject([{ tool: 'write_file', decided_by: 'ann' }]);
  });

  it('lists the tasks that changed after a time, in whatever zone it names it', async () => {
    const agent = await talk('steps');
    const { id, contextId, status } = asTask(await agent.sendMessage(saying({ data: { steps: 1 } })));
    const list = (statusTimestampAfter: string) =>
      rpc(server, 'steps', { method: 'ListTasks', params: { contextId, statusTimestampAfter } });
    const inZone = (ms: number): string =>
      new Date(Date.parse(status?.timestamp ?? '') + ms).toISOString().replace('Z', '+02:00');
    const twoHours = 2 * 3600_000;
    expect((await list(inZone(twoHours - 1000))).result).toMatchObject({ tasks: [{ id }] });
    expect((await list(inZone(twoHours + 1000))).result).toMatchObject({ tasks: [] });
    expect((await list('abc')).error).toMatchObject({ code: -32602 });
  });

  it.skipIf(BACKEND !== 'embedded')(
    'is told nothing of the inside of a server that fails, by A2A or by MCP, but where the log has more',
    async () => {
      const task = asTask(await (await talk('gate')).sendMessage(saying({ data: { n: 1 } })));
      const ledger = new Database(join(server.process.dataDir, 'holdpoint.db'), { timeout: 5000 });
      const types = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
      const tool = { name: 'list_questions', arguments: {} };
      ledger.exec('ALTER TABLE approvals RENAME TO hidden_away');
      const asked = { jsonrpc: '2.0', id: 1, method: 'GetTask', params: { id: task.id } };
      const a2a = await server.send('POST', '/a2a/gate', asked);
      const called = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: tool };
      const mcp = await server.send('POST', '/mcp', called, types);
      ledger.exec('ALTER TABLE hidden_away RENAME TO approvals');
      ledger.close();
      expect(a2a.json).toMatchObject({ error: { code: -32603 } });
      for (const { text, headers } of [a2a, mcp]) {
        expect(text).toContain('The log has more under the request id.');
        expect(text).not.toContain('no such table');
        const logged = new RegExp(`no such table.*"requestId":"${headers.get('x-request-id')}"`);
        expect(server.process.output()).toMatch(logged);
      }
    },
  );

  it('finds no task of another assistant, none that there never was, and no method that there is not', async () => {
    const other = asTask(await (await talk('steps')).sendMessage(saying({ data: { steps: 1 } })));
    for (const method of ['GetTask', 'tasks/get'])
      for (const id of [other.id, randomUUID(), 'nonsense']) {
        const { error } = await rpc(server, 'gate', { method, params: { id } });
        expect(error).toMatchObject({ code: -32001, data: [{ code: 'run_not_found', run_id: id }] });
      }
    expect((await rpc(server, 'gate', { method: 'tasks/frobnicate', params: {} })).error?.code).toBe(-32601);
  });

  it('is told what is wrong with its message, never with a failure of the server', async () => {
    const metadata = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`k${i}`, i]));
    const cases: [unknown, RegExp][] = [
      [{}, /message/],
      [{ message: { messageId: 'a', role: 'ROLE_USER', parts: [{ text: 'a' }], metadata } }, /100 keys/],
      [{ message: { messageId: 'a', role: 'ROLE_USER', parts: [] } }, /empty/],
      [{ message: { messageId: 'a', role: 'ROLE_USER', contextId: 'x', parts: [{ text: 'a' }] } }, /UUID/],
      [{ message: { messageId: 'a', role: 'ROLE_USER', parts: [{ data: [1] }] } }, /JSON object/],
    ];
    for (const [params, problem] of cases) {
      const { status, error } = await rpc(server, 'gate', { method: 'SendMessage', params });
      expect(status).toBe(200);
      expect(error?.code).toBe(-32602);
      expect(error?.message).toMatch(problem);
    }
    const batch = await server.send('POST', '/a2a/gate', [1, 2]);
    expect(batch.status).toBe(200);
    expect(refusal(await server.send('POST', '/a2a/nobody', {}))).toMatchObject({ status: 404 });
    expect(refusal(await server.send('POST', '/a2a/gate', '{'))).toMatchObject({ status: 422 });
  });
});

drives(server, ['POST /a2a/{assistant_id}', 'GET /.well-known/agent-card.json']);
