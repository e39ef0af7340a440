import { randomUUID } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { refusal, useServer } from '../wire/server.ts';

const server = useServer({ env: { HOLDPOINT_LOG_LEVEL: 'debug' } });

/** Names that mean something to SQL, to JSON paths, to LIKE or to JavaScript. */
const NASTY = [
  "'; DROP TABLE threads; --",
  '" OR 1=1 --',
  'a.b',
  'a[0]',
  '$.a',
  '$',
  '%',
  '_',
  '*',
  '\\',
  '\\"',
  "a'b",
  'constructor',
  'toString',
  '🙂',
  ' ',
];

const post = (path: string, body: unknown) => server.send('POST', path, body);

describe('a name that means something to somebody else', () => {
  it.each(NASTY)('finds by metadata what has it and nothing else: %s', async (name) => {
    const mark = randomUUID();
    const { thread_id: id } = await server.client.threads.create({ metadata: { mark, [name]: name } });
    await server.client.threads.create({ metadata: { mark, other: 'x' } });
    const find = async (metadata: object) =>
      (
        (await post('/threads/search', { metadata: { mark, ...metadata } })).json as { thread_id: string }[]
      ).map((thread) => thread.thread_id);

    expect(await find({ [name]: name })).toEqual([id]);
    expect(await find({ [name]: 'x' })).toEqual([]);
    expect(await find({ nested: { [name]: name } })).toEqual([]);
    expect(await find({})).toHaveLength(2);
  });

  it.each(NASTY)('is only itself in the store: %s', async (name) => {
    const root = randomUUID();
    const label = name.replaceAll('.', '-');
    await server.client.store.putItem([root, label], name, { [name]: name, n: 1 });
    await server.client.store.putItem([root, `${label}x`], 'other', { n: 2 });
    const search = async (prefix: string[], filter?: Record<string, unknown>) =>
      (await server.client.store.searchItems(prefix, { ...(filter && { filter }) })).items.map(
        ({ key }) => key,
      );

    expect(await server.client.store.getItem([root, label], name)).toMatchObject({ value: { n: 1 } });
    expect(await search([root, label])).toEqual([name]);
    expect(await search([root], { [name]: name })).toEqual([name]);
    expect(await search([root], { [name]: 'x' })).toEqual([]);
    await server.client.store.deleteItem([root, label], name);
    expect(await search([root])).toEqual(['other']);
  });

  it('is only itself in the name of an assistant', async () => {
    const mark = randomUUID();
    await server.client.assistants.create({ graphId: 'steps', name: `${mark} 100% sure_thing` });
    const count = async (name: string) =>
      ((await post('/assistants/search', { name })).json as unknown[]).length;

    expect(await count(`${mark} 100%`)).toBe(1);
    for (const name of [`${mark}%sure`, `${mark} 100% sure?thing`, `${mark} 100_ `, "' OR '1'='1"])
      expect(await count(name), name).toBe(0);
  });
});

describe('what is asked for by name', () => {
  it.each([
    ['/threads/search', { sort_by: 'created_at; DROP TABLE threads' }],
    ['/threads/search', { sort_by: 'metadata' }],
    ['/threads/search', { sort_order: 'desc, (SELECT 1)' }],
    ['/threads/search', { select: ['*'] }],
    ['/threads/search', { status: "idle' OR '1'='1" }],
    ['/threads/search', { ids: ["' OR 1=1"] }],
    ['/threads/search', { limit: '1; DROP TABLE threads' }],
    ['/assistants/search', { sort_by: '1' }],
    ['/runs/crons/search', { sort_by: 'cron_id--' }],
    ['/store/items/search', { namespace_prefix: ['a.b'] }],
    ['/store/items/search', { namespace_prefix: [''] }],
    ['/store/items/search', { namespace_prefix: ['a\0b'] }],
    ['/store/items/search', { namespace_prefix: ['a\ud83d'] }],
  ])('is one of the names there are: %s %o', async (path, body) => {
    expect(refusal(await post(path, body))).toMatchObject({ status: 422, code: 'invalid_request' });
  });

  it.each([
    "/threads/' OR 1=1--",
    '/threads/%00',
    '/threads/..%2f..%2fetc%2fpasswd',
    '/threads/00000000-0000-4000-8000-000000000001%27',
    "/runs/crons/1' OR '1'='1",
    '/emergency-stops/*',
  ])('by an id that is none is refused: %s', async (path) => {
    expect(refusal(await server.send('GET', path))).toMatchObject({ status: 422, code: 'invalid_request' });
  });

  it('by a path finds nothing of JavaScript itself', async () => {
    const { thread_id: id } = await server.client.threads.create({ metadata: { a: 1 } });
    const extract = {
      a: 'metadata.__proto__',
      b: 'metadata.constructor.name',
      c: 'metadata.a',
      d: 'values[0].x',
    };
    const answer = await post('/threads/search', { ids: [id], extract });
    expect(answer.json).toMatchObject([{ extracted: { a: null, b: null, c: 1, d: null } }]);
  });
});

describe('text with line ends', () => {
  const BREAK = 'x\r\nSet-Cookie: a=1\r\n\r\nevent: error\ndata: {"fake":true}\n\n';

  it('begins no event of its own in a stream', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const body = { assistant_id: 'echo', input: { input: BREAK }, metadata: { [BREAK]: BREAK } };
    const { text, headers } = await post(`/threads/${id}/runs/stream`, body);

    expect(text).toContain('fake');
    expect(text.split('\n').filter((line) => line.startsWith('event: '))).not.toContain('event: error');
    expect(text.split('\n').filter((line) => line.startsWith('data: {"fake"'))).toEqual([]);
    expect(headers.get('set-cookie')).toBeNull();
  });

  it('puts no header into an answer or into what is sent out', async () => {
    const run = { assistant_id: 'steps', input: {}, webhook: `http://a.example/${BREAK}` };
    const answer = await post('/runs', run);
    expect(answer.headers.get('set-cookie')).toBeNull();
    expect([200, 422]).toContain(answer.status);
  });

  it('writes no line of its own into the log, nor a secret', async () => {
    const secret = `hpk_0123456789ab_${'S'.repeat(43)}`;
    const headers = { 'x-api-key': secret, authorization: `Bearer ${secret}`, cookie: `session=${secret}` };
    await server.send(
      'GET',
      `/nowhere%0a{"level":50,"msg":"forged"}%0d%0a?key=${secret}`,
      undefined,
      headers,
    );
    await server.send('GET', `/threads/${encodeURIComponent(secret)}`, undefined, headers);
    const lines = server.process
      .output()
      .split('\n')
      .filter((line) => line.startsWith('{'));

    expect(lines.length).toBeGreaterThan(0);
    for (const line of lines) expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(lines.some((line) => (JSON.parse(line) as { msg: string }).msg === 'forged')).toBe(false);
    expect(server.process.output()).not.toContain(secret);
  });
});

describe('a refusal', () => {
  it('tells nothing of the inside: no stack, no statement, no path of this machine', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const answers = [
      await post('/threads', '{"a":'),
      await post('/threads', { thread_id: 'x' }),
      await post(`/threads/${id}/runs/wait`, { assistant_id: 'nobody', input: {} }),
      await post(`/threads/${id}/state`, { values: { n: 1 }, as_node: 'nobody' }),
      await post(`/threads/${id}/resume`, {}),
      await post('/store/items/search', { filter: { a: { $regex: '.*' } } }),
      await server.send('GET', '/nowhere'),
      await server.send('PATCH', '/ok'),
      await server.send('GET', `/threads/${id}/runs/${randomUUID()}`),
      await post(`/threads/${id}/commands`, { id: 1, method: 'constructor', params: {} }),
    ];
    for (const { status, text } of answers) {
      expect(status).toBeLessThan(500);
      expect(text).not.toMatch(/node_modules|\bat \w+ \(|SELECT |INSERT |SQLITE|\/work\/|\/dist\/|\.ts:\d/);
    }
  });
});
