import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { userProject } from '../support/project.ts';
import { temporaryFolder } from '../support/server.ts';
import { refusal, useServer } from '../wire/server.ts';
import { createKey } from './keys-server.ts';

const AUTH = `
import { Auth, HTTPException } from '@langchain/langgraph-sdk/auth';
export const auth = new Auth()
  .authenticate((request) => {
    const name = (request.headers.get('authorization') ?? '').replace('Bearer ', '');
    if (!['anna', 'bert'].includes(name)) throw new HTTPException(401, { message: 'Who are you?' });
    return name;
  })
  .on('*', ({ user }) => ({ owner: user.identity }))
  .on('store', ({ value, user }) => { value.namespace = [user.identity, ...(value.namespace ?? [])]; });
`;
const GRAPH = `
import { StateGraph, Annotation, START, END, interrupt } from '@langchain/langgraph';
const State = Annotation.Root({ said: Annotation() });
export const graph = new StateGraph(State)
  .addNode('ask', () => ({ said: interrupt('May I?') }))
  .addEdge(START, 'ask').addEdge('ask', END).compile();
`;
const MAIL = `
import { StateGraph, Annotation, START, END } from '@langchain/langgraph';
import { effect } from 'holdpoint/gates';
const hangs = () => new Promise(() => {});
export const graph = new StateGraph(Annotation.Root({ said: Annotation() }))
  .addNode('mail', async (_state, config) => ({ said: await effect({ name: 'mail', run: hangs }, config) }))
  .addEdge(START, 'mail').addEdge('mail', END).compile();
`;
const config = userProject(
  { graphs: { ask: './graph.mjs:graph', mail: './mail.mjs:graph' }, auth: { path: './auth.mjs:auth' } },
  { 'auth.mjs': AUTH, 'graph.mjs': GRAPH, 'mail.mjs': MAIL },
);

interface Answered {
  status: number;
  json: unknown;
}

describe('under the rules of a project', () => {
  const dataDir = temporaryFolder();
  const server = useServer({ config, dataDir });
  const as =
    (name: string, headers: Record<string, string> = { authorization: `Bearer ${name}` }) =>
    async (...[method, path, body]: [method: string, path: string, body?: unknown]): Promise<Answered> => {
      const { status, json } = await server.send(method, path, body, headers);
      return { status, json };
    };
  const [anna, bert] = [as('anna'), as('bert')];

  /** What a tool of the server's own answers. */
  const mcp = async (name: string, tool: string, args: object): Promise<unknown> => {
    const asked = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } };
    const headers = {
      authorization: `Bearer ${name}`,
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    const { text } = await server.send('POST', '/mcp', asked, headers);
    const answer = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? '') as Record<string, unknown>;
    return (answer['result'] as { structuredContent: unknown }).structuredContent;
  };

  /** A thread of anna's on which a question waits. */
  const asking = async (): Promise<{ id: string; run: string; question: string; checkpoint: string }> => {
    const id = randomUUID();
    await anna('POST', '/threads', { thread_id: id });
    await anna('POST', `/threads/${id}/runs/wait`, { assistant_id: 'ask', input: {} });
    const [run] = (await anna('GET', `/threads/${id}/runs`)).json as { run_id: string }[];
    const [question] = (await anna('GET', `/approvals?thread_id=${id}`)).json as { id: string }[];
    const state = (await anna('GET', `/threads/${id}/state`)).json as {
      checkpoint: { checkpoint_id: string };
    };
    return {
      id,
      run: run?.run_id ?? '',
      question: question?.id ?? '',
      checkpoint: state.checkpoint.checkpoint_id,
    };
  };

  it('no id of somebody else’s thread opens anything, in a path, a query or a body', async () => {
    const { id, run, question, checkpoint } = await asking();
    const tries: [method: string, path: string, body?: unknown][] = [
      ['GET', `/threads/${id}`],
      ['PATCH', `/threads/${id}`, { metadata: { a: 1 } }],
      ['GET', `/threads/${id}/state`],
      ['POST', `/threads/${id}/state`, { values: { said: 'x' } }],
      ['GET', `/threads/${id}/state/${checkpoint}`],
      ['POST', `/threads/${id}/state/checkpoint`, { checkpoint: { checkpoint_id: checkpoint } }],
      ['GET', `/threads/${id}/history`],
      ['POST', `/threads/${id}/history`, {}],
      ['GET', `/threads/${id}/runs`],
      ['GET', `/threads/${id}/runs/${run}`],
      ['GET', `/threads/${id}/runs/${run}/join`],
      ['GET', `/threads/${id}/runs/${run}/stream`],
      ['GET', `/runs/${run}/join`],
      ['GET', `/runs/${run}/stream`],
      ['POST', `/threads/${id}/runs/${run}/cancel`],
      ['DELETE', `/threads/${id}/runs/${run}`],
      ['POST', '/runs/cancel', { thread_id: id, run_ids: [run] }],
      ['POST', `/threads/${id}/runs`, { assistant_id: 'ask', command: { resume: 'yes' } }],
      ['POST', `/threads/${id}/commands`, { id: 1, method: 'state.get', params: {} }],
      ['POST', `/threads/${id}/pause`, { reason: 'x' }],
      ['DELETE', `/threads/${id}/pause`],
      ['GET', `/threads/${id}/pause`],
      ['GET', `/threads/${id}/pauses`],
      ['POST', `/threads/${id}/resume`, {}],
      ['GET', `/threads/${id}/effects`],
      ['GET', `/threads/${id}/log`],
      ['GET', `/threads/${id}/stream`],
      ['GET', `/threads/${id}/storage`],
      ['GET', `/approvals/${question}`],
      ['PATCH', `/approvals/${question}`, { expires_at: null }],
      ['POST', `/approvals/${question}/decision`, { decision: 'respond', message: 'yes' }],
      ['GET', `/approvals?thread_id=${id}`],
      ['GET', `/agent/${id}`],
      ['POST', '/agent/resume', { id, answer: 'yes' }],
      ['POST', '/agent/pause', { id }],
      ['POST', '/agent/launch', { id, task: 'x', agent: 'ask' }],
      ['DELETE', `/threads/${id}`],
    ];
    for (const [method, path, body] of tries) {
      const { status } = await bert(method, path, body);
      expect(status, `${method} ${path}`).toBe(404);
    }
    expect((await bert('POST', `/threads/${id}/copy`)).status).toBe(409);
    const state = await anna('GET', `/threads/${id}/state`);
    expect(state.json).toMatchObject({ next: ['ask'], checkpoint: { checkpoint_id: checkpoint } });
  });

  it('a list of threads, or of runs, holds one’s own only, whatever else the body names', async () => {
    const { id } = await asking();
    const { thread_id: mine } = (await bert('POST', '/threads', {})).json as { thread_id: string };
    const delayed = { assistant_id: 'ask', input: {}, after_seconds: 3600 };
    const { thread_id: waiting } = (await anna('POST', '/threads', {})).json as { thread_id: string };
    const run = (await anna('POST', `/threads/${waiting}/runs`, delayed)).json as { run_id: string };

    const pruned = await bert('POST', '/threads/prune', { thread_id: mine, thread_ids: [id] });
    expect(pruned).toMatchObject({ status: 200, json: { pruned_count: 0 } });
    expect((await anna('GET', `/threads/${id}`)).status).toBe(200);
    for (const named of [{}, { thread_ids: [] }, { thread_ids: [mine] }]) {
      const cancelled = await bert('POST', '/runs/cancel', { status: 'all', ...named });
      expect(cancelled.status, JSON.stringify(named)).toBe(403);
    }
    const { json } = await anna('GET', `/threads/${waiting}/runs/${run.run_id}`);
    expect(json).toMatchObject({ status: 'pending' });
    const own = { thread_ids: [mine, id] };
    expect((await bert('POST', '/threads/prune', own)).json).toEqual({ pruned_count: 1 });
    expect((await bert('GET', `/threads/${mine}`)).status).toBe(404);
    const one = { thread_id: waiting, run_ids: [run.run_id] };
    expect((await anna('POST', '/runs/cancel', one)).status).toBe(204);
  });

  it('no route that has an id in its path lets anybody but its owner in', async () => {
    const { id, run, question, checkpoint } = await asking();
    const schedule = { schedule: '0 0 1 1 *', input: {} };
    const cron = (await anna('POST', `/threads/${id}/runs/crons`, { assistant_id: 'ask', ...schedule })).json;
    const made = (await anna('POST', '/assistants', { graph_id: 'ask' })).json;
    const own: Record<string, string> = {
      thread_id: id,
      id,
      run_id: run,
      checkpoint_id: checkpoint,
      approval_id: question,
      cron_id: (cron as { cron_id: string }).cron_id,
      assistant_id: (made as { assistant_id: string }).assistant_id,
    };
    const { paths } = (await anna('GET', '/openapi.json')).json as { paths: Record<string, object> };
    const all = Object.entries(paths)
      .filter(([path]) => Object.keys(own).some((name) => path.includes(`{${name}}`)))
      .flatMap(([path, methods]) => Object.keys(methods).map((method) => ({ method, path })));
    expect(all.length).toBeGreaterThan(45);
    const open: string[] = [];
    for (const { method, path } of all) {
      const place = path.replace(/\{(\w+)\}/g, (_, name: string) => own[name] ?? 'x');
      const { status } = await bert(method.toUpperCase(), place, /get|delete/.test(method) ? undefined : {});
      if (![403, 404, 409, 422].includes(status)) open.push(`${method} ${path}: ${status}`);
    }
    expect(open).toEqual([]);
    for (const [path, kept] of [
      [`/threads/${id}`, { status: 'interrupted', metadata: { owner: 'anna' } }],
      [`/runs/crons/${own['cron_id']}`, { schedule: '0 0 1 1 *' }],
      [`/assistants/${own['assistant_id']}`, { metadata: { owner: 'anna' } }],
    ] as const)
      expect((await anna('GET', path)).json).toMatchObject(kept);
  });

  it('an id of somebody else’s thread is none on a thread of one’s own', async () => {
    const { id, run, checkpoint } = await asking();
    const { thread_id: mine } = (await bert('POST', '/threads', {})).json as { thread_id: string };
    const { json } = await anna('GET', `/threads/${id}`);
    const [interrupt] = Object.values(
      (json as { interrupts: Record<string, { id: string }[]> }).interrupts,
    ).flat();
    const start = (body: object) => bert('POST', `/threads/${mine}/runs`, { assistant_id: 'ask', ...body });
    const tries: [number, Promise<Answered>][] = [
      [404, bert('GET', `/threads/${mine}/runs/${run}`)],
      [404, bert('POST', `/threads/${mine}/runs/${run}/cancel`)],
      [404, bert('GET', `/threads/${mine}/state/${checkpoint}`)],
      [404, bert('POST', `/threads/${mine}/state/checkpoint`, { checkpoint: { checkpoint_id: checkpoint } })],
      [404, start({ input: {}, checkpoint_id: checkpoint })],
      [
        404,
        start({ input: {}, checkpoint: { thread_id: id, checkpoint_id: checkpoint, checkpoint_ns: '' } }),
      ],
      [409, start({ command: { resume: { [interrupt?.id ?? '']: 'yes' } } })],
      [404, bert('POST', `/threads/${mine}/effects/${run}/resolution`, { happened: true })],
      [404, bert('POST', `/threads/${id}/effects/${run}/resolution`, { happened: true })],
      [404, bert('POST', `/threads/${id}/resume/preflight`, {})],
    ];
    for (const [index, [status, answer]] of tries.entries())
      expect((await answer).status, `try ${index}`).toBe(status);
  });

  it('each decides the questions of their own threads, and sees no others', async () => {
    const { id, question } = await asking();
    const decided = await anna('POST', `/approvals/${question}/decision`, {
      decision: 'respond',
      message: 'yes',
    });
    expect(decided.status).toBe(200);
    expect((await anna('GET', `/approvals?thread_id=${id}&status=all`)).json).toHaveLength(1);
    for (const path of ['/approvals', '/pauses', '/emergency-stops', '/outbound', '/pause-windows'])
      expect((await anna('GET', path)).status, path).toBe(403);
  });

  it('a name that a body claims hides nobody, who decides by MCP or says what became of an effect', async () => {
    const { id, question } = await asking();
    const chief = { decided_by: 'the chief' };
    await mcp('anna', 'decide', { question_id: question, decision: 'respond', message: 'yes', ...chief });
    const [decided] = (await anna('GET', `/approvals?thread_id=${id}&status=all`)).json as unknown[];
    expect(decided).toMatchObject({ decision: { decided_by: 'the chief via anna' } });

    const { thread_id: mine } = (await anna('POST', '/threads', {})).json as { thread_id: string };
    const started = await anna('POST', `/threads/${mine}/runs`, { assistant_id: 'mail', input: {} });
    const effects = async () => (await anna('GET', `/threads/${mine}/effects`)).json as { key: string }[];
    await expect.poll(async () => (await effects()).length).toBe(1);
    const { run_id: run } = started.json as { run_id: string };
    await anna('POST', `/threads/${mine}/runs/${run}/cancel?wait=true`);
    const [effect] = await effects();
    const path = `/threads/${mine}/effects/${effect?.key}/resolution`;
    const resolved = await anna('POST', path, { happened: false, ...chief });
    expect(resolved.json).toMatchObject({ error: 'the chief via anna said that it had not happened' });
    const lines = (await anna('GET', `/threads/${mine}/log`)).json as { kind: string; actor: string }[];
    expect(lines.find(({ kind }) => kind === 'effectResolved')?.actor).toBe('the chief via anna');
  });

  it('each finds their own questions by MCP, however many of others wait before them', async () => {
    await asking();
    const { thread_id: id } = (await bert('POST', '/threads', {})).json as { thread_id: string };
    await bert('POST', `/threads/${id}/runs/wait`, { assistant_id: 'ask', input: {} });
    const found = await mcp('bert', 'list_questions', { limit: 1 });
    expect(found).toMatchObject({ questions: [{ thread_id: id }], total: 1 });
  });

  it('nobody runs an assistant that is somebody else’s, wherever they name it and whatever its metadata say', async () => {
    const metadata = { created_by: 'system' };
    const made = await anna('POST', '/assistants', { graph_id: 'ask', name: 'helper', metadata });
    const { assistant_id: mine } = made.json as { assistant_id: string };
    const run = { assistant_id: mine, input: {} };
    const { thread_id: id } = (await bert('POST', '/threads', {})).json as { thread_id: string };
    const tries: [path: string, body: unknown][] = [
      ['/runs', run],
      ['/runs/wait', run],
      ['/runs/batch', [run]],
      [`/threads/${id}/runs`, run],
      ['/runs/crons', { ...run, schedule: '0 0 1 1 *' }],
      [`/threads/${id}/runs/crons`, { ...run, schedule: '0 0 1 1 *' }],
      ['/agent/launch', { agent: mine, task: 'x' }],
      ['/agent/launch', { agent: mine, task: 'x', assistant_id: 'ask' }],
      ['/agent/launch', { agent: 'helper', task: 'x' }],
      [`/a2a/${mine}`, { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: {} }],
    ];
    for (const [path, body] of tries) expect((await bert('POST', path, body)).status, path).toBe(404);
    const card = `/.well-known/agent-card.json?assistant_id=${mine}`;
    expect((await bert('GET', card)).json).toMatchObject({ code: 'assistant_not_found' });
    expect((await anna('GET', card)).status).toBe(200);
    expect((await bert('GET', '/.well-known/agent-card.json')).status).toBe(200);
    expect((await anna('POST', '/runs', run)).status).toBe(200);
    expect((await bert('POST', '/runs', { assistant_id: 'ask', input: {} })).status).toBe(200);
    const berts = (await bert('POST', '/assistants', { graph_id: 'ask', name: 'helper' })).json;
    const launched = await bert('POST', '/agent/launch', { agent: 'helper', input: {} });
    const { id: there } = launched.json as { id: string };
    const { assistant_id } = berts as { assistant_id: string };
    expect((await bert('GET', `/threads/${there}/runs`)).json).toMatchObject([{ assistant_id }]);
  });

  it('nobody names somebody else’s thread as the parent of their own, wherever they could', async () => {
    const { thread_id: hers } = (await anna('POST', '/threads', {})).json as { thread_id: string };
    const { thread_id: his } = (await bert('POST', '/threads', {})).json as { thread_id: string };
    const naming = (parent: string): [method: string, path: string, body: unknown][] => {
      const metadata = { parent_thread_id: parent };
      const run = { assistant_id: 'ask', input: {}, metadata, if_not_exists: 'create' };
      const message = { messageId: 'm', role: 'ROLE_USER', parts: [{ text: 'x' }], metadata };
      return [
        ['POST', '/threads', { metadata }],
        ['PATCH', `/threads/${his}`, { metadata }],
        ['POST', `/threads/${randomUUID()}/runs`, run],
        ['POST', '/runs', run],
        ['POST', '/runs/batch', [run]],
        ['POST', '/agent/launch', { agent: 'ask', input: {}, metadata }],
        ['POST', `/threads/${randomUUID()}/commands`, { id: 1, method: 'run.start', params: run }],
        ['POST', '/a2a/ask', { jsonrpc: '2.0', id: 1, method: 'SendMessage', params: { message } }],
      ];
    };
    for (const [method, path, body] of naming(hers)) {
      expect((await bert(method, path, body)).json, path).toMatchObject({ code: 'thread_not_found' });
    }
    const found = await anna('POST', '/threads/search', { metadata: { parent_thread_id: hers } });
    expect(found).toMatchObject({ status: 200, json: [] });
    for (const [method, path, body] of naming(his))
      expect((await bert(method, path, body)).status, path).toBeLessThan(300);
  });

  it('whoever deletes an assistant deletes no threads of others with it', async () => {
    const { assistant_id } = (await bert('POST', '/assistants', { graph_id: 'ask' })).json as {
      assistant_id: string;
    };
    const metadata = { assistant_id };
    const [hers, his] = await Promise.all(
      [anna, bert].map(
        async (by) => (await by('POST', '/threads', { metadata })).json as { thread_id: string },
      ),
    );
    expect((await bert('DELETE', `/assistants/${assistant_id}?delete_threads=true`)).status).toBe(200);
    expect((await anna('GET', `/threads/${hers?.thread_id}`)).status).toBe(200);
    expect((await bert('GET', `/threads/${his?.thread_id}`)).status).toBe(404);
  });

  it('a key is a user of its own, and one with the scope admin is not subject to the rules', async () => {
    const { id } = await asking();
    const reader = as('', { 'x-api-key': (await createKey(dataDir, 'reader', 'read')).key });
    const chief = as('', { 'x-api-key': (await createKey(dataDir, 'chief', 'admin')).key });

    expect((await reader('GET', `/threads/${id}`)).status).toBe(404);
    expect((await reader('GET', '/approvals')).status).toBe(403);
    expect((await chief('GET', `/threads/${id}`)).status).toBe(200);
    expect((await chief('GET', '/approvals')).status).toBe(200);
    const wrong = await server.send('GET', `/threads/${id}`, undefined, {
      'x-api-key': `hpk_${'0'.repeat(12)}_x`,
    });
    expect(refusal(wrong)).toMatchObject({ status: 401 });
  });
});
