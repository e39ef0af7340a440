import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { useLatch } from '../wire/latch.ts';
import { drives } from '../wire/rows.ts';
import { refusal, useServer } from '../wire/server.ts';

interface Outcome {
  run_id: string;
  thread_id: string;
  status: string;
  result?: unknown;
  reason?: string;
  already?: boolean;
  code?: string;
  questions?: {
    question_id: string;
    thread_id: string;
    tool_calls?: { name: string }[];
    payload_hash: string;
  }[];
}

const server = useServer();
const latch = useLatch();
const client = new Client({ name: 'an-ide', version: '1' });

beforeAll(async () => {
  const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
});
afterAll(() => client.close());

const call = async (name: string, args: Record<string, unknown>): Promise<Outcome> => {
  const answer = await client.callTool({ name, arguments: args });
  return answer.structuredContent as Outcome;
};

describe('an IDE, by MCP', () => {
  it('finds each assistant as a tool, and the tools that operate them', async () => {
    const { tools } = await client.listTools();
    const names = tools.map(({ name }) => name);
    for (const name of ['agent', 'gate', 'decide', 'list_questions', 'pause', 'resume', 'get_run'])
      expect(names).toContain(name);
    expect(tools.find(({ name }) => name === 'agent')?.inputSchema).toMatchObject({
      type: 'object',
      properties: { message: { type: 'string' }, wait: { default: true } },
    });
    expect(tools.find(({ name }) => name === 'list_questions')?.annotations?.readOnlyHint).toBe(true);
  });

  it('launches an agent, is given its question, decides it, and is given the result', async () => {
    const asked = await call('agent', {
      message: 'Write the release notes for 1.2 to notes.md and mail them to team@example.com',
    });
    expect(asked.status).toBe('awaiting_decision');
    const [question] = asked.questions ?? [];
    expect(question?.tool_calls?.map(({ name }) => name)).toEqual(['write_file', 'send_email']);
    const listed = await call('list_questions', { thread_id: asked.thread_id });
    expect(listed.questions).toMatchObject([{ question_id: question?.question_id }]);
    const decision = {
      question_id: question?.question_id,
      payload_hash: question?.payload_hash,
      decisions: [{ decision: 'approve' }, { decision: 'reject' }],
      decided_by: 'ann',
    };
    const done = await call('decide', decision);
    expect(done).toMatchObject({ status: 'success', already: false });
    expect(done.result).toContain('I did not mail');
    expect(await call('decide', decision)).toMatchObject({ already: true });
    const other = { question_id: question?.question_id, decisions: [{ decision: 'approve' }] };
    expect((await call('decide', other)).code).toBe('invalid_request');
  });

  it('launches and returns, pauses at the end of the step, resumes, and waits for the end', async () => {
    const begun = await call('slow', { input: { url: latch.url('held') }, wait: false });
    expect(begun.status).toMatch(/queued|running/);
    await latch.reached('held');
    const { thread_id, run_id } = begun;
    const reason = 'maintenance';
    expect(await call('pause', { thread_id, reason })).toMatchObject({ state: 'draining' });
    latch.open('held');
    expect(await call('get_run', { run_id, wait: true })).toMatchObject({ status: 'paused', reason });
    expect(await call('resume', { thread_id })).toMatchObject({ run_id, attempt: 2 });
    expect(await call('get_run', { run_id, wait: true })).toMatchObject({ status: 'success' });
    expect(await call('resume', { thread_id })).toMatchObject({ code: 'invalid_transition' });
  });

  it('is told by progress that it is not forgotten, and what is still at work when its patience ends', async () => {
    const begun = await call('slow', { input: { url: latch.url('long') }, wait_ms: 50 });
    expect(begun.status).toBe('running');
    latch.open('long');
    expect(await call('get_run', { run_id: begun.run_id, wait: true })).toMatchObject({ status: 'success' });
  });

  it('is told what is wrong with a call as the result of it', async () => {
    expect(await call('agent', {})).toMatchObject({ code: 'invalid_request', field: 'message' });
    expect(await call('pause', { thread_id: 'x', reason: 'a' })).toMatchObject({ field: 'thread_id' });
    expect(await call('failing', { input: {} })).toMatchObject({ status: 'error', reason: 'the tool broke' });
    await expect(client.callTool({ name: 'nothing', arguments: {} })).rejects.toThrow(/no tool nothing/);
  });

  it('has no sessions and no stream of its own', async () => {
    const get = await server.send('GET', '/mcp');
    expect(refusal({ ...get, json: onlyOurs(get.json) })).toEqual({ status: 405, code: 'not_supported' });
    expect(get.headers.get('allow')).toBe('POST');
    expect((await server.send('DELETE', '/mcp')).status).toBe(404);
    const notBoth = await server.send('POST', '/mcp', { jsonrpc: '2.0', id: 1, method: 'tools/list' });
    expect(notBoth.status).toBe(406);
    const accept = { accept: 'application/json, text/event-stream', 'content-type': 'application/json' };
    expect((await server.send('POST', '/mcp', { nonsense: true }, accept)).status).toBe(400);
    expect((await server.send('POST', '/mcp', '', accept)).status).toBe(400);
  });

  it('answers behind several proxies, each of which says its word on the scheme', async () => {
    const headers = {
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
      'x-forwarded-proto': 'https,http',
    };
    const asked = { jsonrpc: '2.0', id: 1, method: 'tools/list' };
    expect((await server.send('POST', '/mcp', asked, headers)).status).toBe(200);
  });
});

const onlyOurs = (json: unknown): unknown => {
  const { code, message, metadata, detail } = json as Record<string, unknown>;
  return { code, message, metadata, detail };
};

drives(server, ['POST /mcp/']);
