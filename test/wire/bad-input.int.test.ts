import { randomUUID } from 'node:crypto';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { refusal, useServer } from './server.ts';

const LIMIT = 100_000;
const nested = (levels: number): string => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;

const manyKeys = (count: number): object =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i]));

const NO_UTF8 = Buffer.from('{"assistant_id":"steps","metadata":{"a":"\xff\xfe"}}', 'latin1');

interface Bad {
  what: string;
  method?: string;
  /** `:thread` stands for a thread that a run has finished on. */
  path: string;
  body?: unknown;
  status?: number;
  code?: string;
  field?: string;
}

const RUNS = '/threads/:thread/runs/wait';
const run = (what: string, body: unknown, field: string): Bad => ({
  what,
  path: RUNS,
  body: { assistant_id: 'steps', ...(body as object) },
  field,
});
const search = (what: string, body: unknown, field: string): Bad => ({
  what,
  path: '/threads/search',
  body,
  field,
});
const forged = { lc: 1, type: 'constructor', id: ['langchain', 'evil', 'Thing'], kwargs: {} };

const IN_THE_PATH: Bad[] = [
  { what: 'a thread id that is no UUID', method: 'GET', path: '/threads/nonsense', field: 'thread_id' },
  { what: 'a run id that is no UUID', method: 'GET', path: '/threads/:thread/runs/1', field: 'run_id' },
  { what: 'a path that is no URL encoding', method: 'GET', path: '/threads/%E0%A4%A', field: 'thread_id' },
  {
    what: 'a flag that is none',
    method: 'GET',
    path: '/threads/:thread/state?subgraphs=maybe',
    field: 'subgraphs',
  },
  {
    what: 'a flag given twice',
    method: 'GET',
    path: '/threads/:thread/state?subgraphs=1&subgraphs=1',
    field: 'subgraphs',
  },
  {
    what: 'a page that is no number',
    method: 'GET',
    path: '/threads/:thread/runs?limit=ten',
    field: 'limit',
  },
  { what: 'a page of nothing', method: 'GET', path: '/threads/:thread/runs?limit=0', field: 'limit' },
  {
    what: 'a page before the first',
    method: 'GET',
    path: '/threads/:thread/runs?offset=-1',
    field: 'offset',
  },
  {
    what: 'a status that is none',
    method: 'GET',
    path: '/threads/:thread/runs?status=lost',
    field: 'status',
  },
  { what: 'a history of text', method: 'GET', path: '/threads/:thread/history?limit=x', field: 'limit' },
];

const IN_THE_BODY: Bad[] = [
  { what: 'no JSON', path: RUNS, body: '{"assistant_id": ', field: 'body' },
  ...[RUNS, '/threads/:thread/state'].map((path) => ({
    what: `two checkpoints, ${path}`,
    path,
    body: {
      assistant_id: 'steps',
      checkpoint_id: 'a',
      checkpoint: { checkpoint_id: 'b', checkpoint_ns: '' },
    },
    field: 'checkpoint_id',
  })),
  { what: 'bytes that are no UTF-8', path: RUNS, body: NO_UTF8, field: 'body' },
  { what: 'no JSON but text', path: RUNS, body: 'hello', field: 'body' },
  { what: 'a list', path: RUNS, body: '[]', field: 'body' },
  { what: 'nothing', path: RUNS, field: 'body' },
  { what: 'null', path: '/threads', body: 'null', field: 'body' },
  { what: 'no assistant', path: RUNS, body: { input: {} }, field: 'assistant_id' },
  run('an assistant that is a number', { assistant_id: 7 }, 'assistant_id'),
  run('metadata that is a list', { metadata: [] }, 'metadata'),
  run('metadata with more keys than a run may hand on', { metadata: manyKeys(101) }, 'metadata'),
  {
    what: 'metadata of an agent with more',
    path: '/agent/launch',
    body: { agent: 'steps', input: {}, metadata: manyKeys(101) },
    field: 'metadata',
  },
  run('a configuration with more', { config: { configurable: manyKeys(101) } }, 'config.configurable'),
  run('metadata of a configuration with more', { config: { metadata: manyKeys(101) } }, 'config.metadata'),
  {
    what: 'metadata of a thread with more',
    path: '/threads',
    body: { metadata: manyKeys(101) },
    field: 'metadata',
  },
  {
    what: 'metadata that a thread has more keys of then',
    method: 'PATCH',
    path: '/threads/:thread',
    body: { metadata: manyKeys(100) },
    field: 'metadata',
  },
  {
    what: 'metadata of an assistant with more',
    path: '/assistants',
    body: { graph_id: 'steps', metadata: manyKeys(101) },
    field: 'metadata',
  },
  run('more tags than a run may hand on', { config: { tags: Array(101).fill('t') } }, 'config.tags'),
  run('a configuration that is text', { config: 'fast' }, 'config'),
  run('a recursion limit that is text', { config: { recursion_limit: '10' } }, 'config.recursion_limit'),
  run('tags that are numbers', { config: { tags: [1] } }, 'config.tags.0'),
  run(
    'a key of LangGraph’s own',
    { config: { configurable: { __pregel_resuming: true } } },
    'config.configurable.__pregel_resuming',
  ),
  run(
    'a checkpoint in the configuration that is an object',
    { config: { configurable: { checkpoint_id: {} } } },
    'config.configurable.checkpoint_id',
  ),
  run('a checkpoint that is a number', { checkpoint_id: 5 }, 'checkpoint_id'),
  run('a checkpoint that is text', { checkpoint: 'latest' }, 'checkpoint'),
  run('a mode that is none', { stream_mode: 'everything' }, 'stream_mode'),
  run('a list of modes with one that is none', { stream_mode: ['values', 'everything'] }, 'stream_mode.1'),
  run('a flag that is text', { stream_subgraphs: 'yes' }, 'stream_subgraphs'),
  run('a strategy that is none', { multitask_strategy: 'wait' }, 'multitask_strategy'),
  run('a durability that is none', { durability: 'forever' }, 'durability'),
  run('breakpoints that are numbers', { interrupt_before: [1] }, 'interrupt_before.0'),
  run('a command that is text', { command: 'resume' }, 'command'),
  run('a command to go nowhere', { command: { goto: { input: 1 } } }, 'command.goto.node'),
  run('a command to write a number', { command: { update: 5 } }, 'command.update'),
  run('an input that forges a serialised object', { input: { pad: [forged] } }, 'input.pad[0]'),
  run('an answer that forges one', { command: { resume: { x: forged } } }, 'command.resume.x'),
  run('a context that forges one', { context: { x: forged } }, 'context.x'),
  run('metadata that forges one', { metadata: { x: { lc: 2, type: 'undefined' } } }, 'metadata.x'),
  run(
    'a configuration that forges one',
    { config: { configurable: { x: forged } } },
    'config.configurable.x',
  ),
  {
    what: 'a key that would become a prototype',
    path: RUNS,
    body: '{"assistant_id":"steps","input":{"__proto__":{"a":1}}}',
    field: 'input.__proto__',
  },
  {
    what: 'a number that no JSON of ours could say',
    path: RUNS,
    body: '{"assistant_id":"steps","input":{"list":[0,-1e400]}}',
    field: 'input.list[1]',
  },
  search('a limit that is a flag', { limit: true }, 'limit'),
  search('a limit beyond all', { limit: 1001 }, 'limit'),
  search('half a page', { limit: 1.5 }, 'limit'),
  search('ids that are none', { ids: ['x'] }, 'ids.0'),
  search('more ids than a page holds', { ids: Array.from({ length: 1001 }, () => randomUUID()) }, 'ids'),
  search('metadata with more keys than a filter may have', { metadata: manyKeys(101) }, 'metadata'),
  search('metadata deeper than a filter may be', { metadata: JSON.parse(nested(11)) }, 'metadata'),
  {
    what: 'a filter of more fields than a search of the store may have',
    path: '/store/items/search',
    body: { filter: manyKeys(101) },
    field: 'filter',
  },
  search('a status that is none', { status: 'lost' }, 'status'),
  search('an order that is none', { sort_by: 'values' }, 'sort_by'),
  search('a field that is none', { select: ['secrets'] }, 'select.0'),
  { what: 'a thread id that is no UUID', path: '/threads', body: { thread_id: 'mine' }, field: 'thread_id' },
  {
    what: 'metadata that is text',
    method: 'PATCH',
    path: '/threads/:thread',
    body: { metadata: 'x' },
    field: 'metadata',
  },
  { what: 'values that are text', path: '/threads/:thread/state', body: { values: 'x' }, field: 'values' },
  {
    what: 'a node that is a number',
    path: '/threads/:thread/state',
    body: { values: {}, as_node: 1 },
    field: 'as_node',
  },
  {
    what: 'a history before a number',
    path: '/threads/:thread/history',
    body: { before: 5 },
    field: 'before',
  },
  {
    what: 'a history by a forged object',
    path: '/threads/:thread/history',
    body: { metadata: { x: forged } },
    field: 'metadata.x',
  },
  { what: 'no checkpoint', path: '/threads/:thread/state/checkpoint', body: {}, field: 'checkpoint' },
];

const OTHERWISE: Bad[] = [
  { what: 'a route that is not there', method: 'GET', path: '/thread', status: 404, code: 'route_not_found' },
  {
    what: 'a method that is not there',
    method: 'PUT',
    path: '/threads',
    status: 404,
    code: 'route_not_found',
  },
  {
    what: 'a body over the limit',
    path: RUNS,
    body: { assistant_id: 'steps', input: { pad: 'x'.repeat(LIMIT) } },
    status: 413,
    code: 'payload_too_large',
  },
  {
    what: 'a webhook that is no address',
    path: RUNS,
    body: { assistant_id: 'steps', webhook: 'example.com' },
    status: 422,
    code: 'invalid_request',
    field: 'webhook',
  },
  {
    what: 'a negative delay',
    path: RUNS,
    body: { assistant_id: 'steps', after_seconds: -1 },
    status: 422,
    code: 'invalid_request',
    field: 'after_seconds',
  },
  {
    what: 'a thread of its own where the run has one',
    path: RUNS,
    body: { assistant_id: 'steps', on_completion: 'delete' },
    status: 422,
    code: 'invalid_request',
    field: 'on_completion',
  },
];

describe('bad input', () => {
  const server = useServer({ env: { HOLDPOINT_BODY_LIMIT_BYTES: String(LIMIT) } });
  const stepped = async (): Promise<string> => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'steps', { input: { steps: 2 } });
    return id;
  };

  describe('is refused by name, and changes nothing:', () => {
    let id: string;
    let before: unknown;
    beforeAll(async () => {
      id = await stepped();
      before = await server.client.threads.get(id);
    });
    afterAll(async () => {
      expect(await server.client.threads.getState(id)).toMatchObject({ values: { n: 2 }, next: [] });
      expect(await server.client.runs.wait(id, 'steps', { input: { n: 0, steps: 3 } })).toMatchObject({
        n: 3,
      });
      expect((await server.client.runs.list(id)).length).toBe(2);
    });

    it.each([...IN_THE_PATH, ...IN_THE_BODY, ...OTHERWISE])('$what', async (bad) => {
      const { method = 'POST', path, body, status = 422, code = 'invalid_request', field } = bad;
      const answer = await server.send(method, path.replace(':thread', id), body);
      expect(refusal(answer)).toEqual({ status, code, ...(field !== undefined && { field }) });
      expect((answer.json as { message: string }).message).toContain(status === 422 ? field : '');
      expect(await server.client.threads.get(id)).toEqual(before);
    });
  });

  it('is refused when it is nested too deep, before anything looks at it, and names where', async () => {
    const id = await stepped();
    const answer = await server.send(
      'POST',
      `/threads/${id}/runs`,
      `{"assistant_id":"steps","input":${nested(10_000)}}`,
    );
    expect(refusal(answer)).toMatchObject({ status: 422, code: 'invalid_request' });
    const { metadata, message } = answer.json as { metadata: { field: string }; message: string };
    expect(metadata.field).toMatch(/^input\.a\.a/);
    expect(message.length).toBeLessThan(200);
  });

  it('says what each way of writing it would have been', async () => {
    const id = await stepped();
    const answer = await server.send('POST', `/threads/${id}/runs`, {
      assistant_id: 'steps',
      stream_mode: 'everything',
    });
    expect((answer.json as { message: string }).message).toMatch(/stream_mode: .*"values".*array/);
  });

  it('is refused when it says that it is larger than it may be, before it has come', async () => {
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const asking = request(`${server.url}/threads`, {
        method: 'POST',
        headers: { 'content-length': '99999999999' },
      });
      asking.on('response', (response) => {
        resolve(response.statusCode);
        asking.destroy();
      });
      asking.on('error', reject);
      asking.write('{');
    });
    expect(status).toBe(413);
  });

  it('is refused when it is compressed, which nobody would read', async () => {
    const answer = await server.send('POST', '/threads', '{}', { 'content-encoding': 'gzip' });
    expect(refusal(answer)).toMatchObject({
      status: 422,
      code: 'invalid_request',
      field: 'content-encoding',
    });
  });

  it('never grows from a key that would pollute every object', async () => {
    const id = await stepped();
    await server.send(
      'POST',
      `/threads/${id}/runs/wait`,
      '{"assistant_id":"steps","metadata":{"__proto__":{"polluted":1}}}',
    );
    const constructor = { constructor: { prototype: { polluted: 1 } } };
    await server.send('PATCH', `/threads/${id}`, { metadata: constructor });
    const fresh = await server.client.threads.create();
    expect(JSON.stringify(fresh)).not.toContain('polluted');
    expect((await server.client.threads.get(id)).metadata).toMatchObject(constructor);
  });

  it('leaves data alone that only resembles LangChain’s own', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const data = { lc: 1, type: 'label', id: ['x'] };
    const result = await server.client.runs.wait(id, 'echo', { input: { input: data } });
    expect(result).toMatchObject({ input: data });
    expect((await server.client.threads.getState(id)).values).toMatchObject({ input: data });
  });

  it('takes messages in LangChain’s serialised form for what they are', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const message = {
      lc: 1,
      type: 'constructor',
      id: ['langchain_core', 'messages', 'HumanMessage'],
      kwargs: { content: 'hello', id: 'mine' },
    };
    const result = await server.client.runs.wait(id, 'chat', { input: { messages: [message] } });
    expect(result).toMatchObject({
      messages: [{ type: 'human', content: 'hello', id: 'mine' }, { type: 'ai' }],
    });
  });

  it('does not know an id that only looks right', async () => {
    const answer = await server.send('GET', `/threads/${randomUUID().toUpperCase()}`);
    expect(refusal(answer)).toMatchObject({ status: 404, code: 'thread_not_found' });
  });
});
