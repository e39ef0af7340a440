import { Validator, type Schema } from '@cfworker/json-schema';
import { describe, expect, it } from 'vitest';
import { BACKEND } from '../support/backend.ts';
import { drives } from './rows.ts';
import { refusal, useServer, type Answer } from './server.ts';

interface Operation {
  tags: string[];
  summary: string;
  parameters: { name: string; in: string; required: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  servers: { url: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, object> };
}

/** Every route of this server. */
const ROUTES = [
  'get /ok',
  'get /info',
  'get /openapi.json',
  'get /docs',
  'get /metrics',
  'post /agent/launch',
  'get /agent/{id}',
  'post /agent/pause',
  'post /agent/resume',
  'get /workers',
  'get /workers/{worker_id}',
  'post /workers/{worker_id}/drain',
  'get /queue',
  'post /assistants/search',
  'post /assistants/count',
  'post /assistants',
  'patch /assistants/{assistant_id}',
  'delete /assistants/{assistant_id}',
  'post /assistants/{assistant_id}/versions',
  'post /assistants/{assistant_id}/latest',
  'get /assistants/{assistant_id}/subgraphs',
  'get /assistants/{assistant_id}/subgraphs/{namespace}',
  'post /threads/count',
  'post /threads/prune',
  'post /threads/{thread_id}/copy',
  'get /threads/{thread_id}/storage',
  'patch /threads/{thread_id}/state',
  'post /runs',
  'post /runs/stream',
  'post /runs/wait',
  'post /runs/batch',
  'post /runs/cancel',
  'get /runs/{run_id}/stream',
  'get /runs/{run_id}/join',
  'get /assistants/{assistant_id}',
  'get /assistants/{assistant_id}/graph',
  'post /threads',
  'post /threads/search',
  'get /threads/{thread_id}',
  'patch /threads/{thread_id}',
  'delete /threads/{thread_id}',
  'get /threads/{thread_id}/state',
  'post /threads/{thread_id}/state',
  'get /threads/{thread_id}/state/{checkpoint_id}',
  'post /threads/{thread_id}/state/checkpoint',
  'get /threads/{thread_id}/history',
  'post /threads/{thread_id}/history',
  'get /threads/{thread_id}/runs',
  'post /threads/{thread_id}/runs',
  'post /threads/{thread_id}/runs/stream',
  'post /threads/{thread_id}/runs/wait',
  'get /threads/{thread_id}/runs/{run_id}',
  'delete /threads/{thread_id}/runs/{run_id}',
  'get /threads/{thread_id}/runs/{run_id}/join',
  'get /threads/{thread_id}/runs/{run_id}/stream',
  'post /threads/{thread_id}/runs/{run_id}/cancel',
];

/** The address says all. */
const TAKES_NO_BODY = /\/(cancel|copy|retry|test)$|^post \/pauses\/\{pause_id\}\/resume$/;

/** There so that a client hears why not, or is led elsewhere. */
const ANSWERS_OTHERWISE = ['get /mcp', 'delete /mcp', 'get /links/{token}'];
/** An answer without an end. */
const ENDLESS = 'get /changes';

describe('what the server says of itself', () => {
  const server = useServer();
  const document = async (): Promise<Document> =>
    (await server.send('GET', '/openapi.json')).json as Document;
  const operations = async (): Promise<[string, Operation][]> =>
    Object.entries((await document()).paths).flatMap(([path, methods]) =>
      Object.entries(methods).map(([method, operation]): [string, Operation] => [
        `${method} ${path}`,
        operation,
      ]),
    );

  describe('/openapi.json', () => {
    it('is OpenAPI 3.1 and lists every route', async () => {
      const { openapi, info, servers, components } = await document();
      expect(openapi).toBe('3.1.0');
      expect(servers).toEqual([{ url: server.url }]);
      expect(info).toMatchObject({
        title: 'Holdpoint',
        version: expect.stringMatching(/^\d+\.\d+\.\d+/) as string,
      });
      expect(Object.keys(components.schemas)).toContain('Error');
      expect((await operations()).map(([name]) => name)).toEqual(expect.arrayContaining(ROUTES));
    });

    it('lists no route that is not there', async () => {
      for (const [name] of await operations()) {
        if (name === ENDLESS) continue;
        const [method = '', path = ''] = name.split(' ');
        const answer = await server.send(method.toUpperCase(), path.replace(/\{\w+\}/g, 'x'));
        expect([name, (answer.json as { code?: string } | undefined)?.code]).not.toEqual([
          name,
          'route_not_found',
        ]);
      }
    });

    it('declares exactly the parameters of each path', async () => {
      for (const [name, { parameters }] of await operations()) {
        const inPath = parameters.filter((parameter) => parameter.in === 'path');
        const expected = [...name.matchAll(/\{(\w+)\}/g)].map(([, parameter]) => parameter);
        expect([name, inPath.map((parameter) => parameter.name)]).toEqual([name, expected]);
        expect(
          parameters.every(({ schema, required }) => schema && (required || typeof required === 'boolean')),
        ).toBe(true);
        expect(inPath.every(({ required }) => required)).toBe(true);
      }
    });

    it('says of each route what it does, what a good answer is and what an error is', async () => {
      for (const [name, { summary, tags, responses }] of await operations()) {
        expect([name, summary.length > 5, tags.length]).toEqual([name, true, 1]);
        if (ANSWERS_OTHERWISE.includes(name)) continue;
        const [good] = Object.keys(responses).filter((status) => status !== 'default');
        expect([name, Number(good) >= 200 && Number(good) < 300]).toEqual([name, true]);
        const body = responses[good ?? '']?.content;
        expect([name, body !== undefined]).toEqual([name, !name.endsWith('/cancel') && good !== '204']);
        expect(responses['default']?.content?.['application/json']?.schema).toEqual({
          $ref: '#/components/schemas/Error',
        });
      }
    });

    it('gives every body that is taken a schema, and points to nothing that is not there', async () => {
      const all = await operations();
      const writes = all.filter(([name]) => /^(post|patch) /.test(name) && !TAKES_NO_BODY.test(name));
      for (const [name, { requestBody }] of writes) {
        expect([name, Object.keys(requestBody?.content ?? {})]).toEqual([name, ['application/json']]);
      }
      const { components } = await document();
      const refs = [...JSON.stringify(await document()).matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)];
      expect(refs.every(([, schema]) => (schema ?? '') in components.schemas)).toBe(true);
    });

    it('names the fields of a run', async () => {
      const all = Object.fromEntries(await operations());
      const body = all['post /threads/{thread_id}/runs']?.requestBody?.content['application/json']?.schema;
      expect(body).toMatchObject({ type: 'object', required: ['assistant_id'] });
      expect(Object.keys((body as { properties: object }).properties)).toEqual(
        expect.arrayContaining([
          'input',
          'command',
          'config',
          'context',
          'metadata',
          'stream_mode',
          'durability',
        ]),
      );
    });
  });

  it('/docs is a page that names every route', async () => {
    const { headers, text } = await server.send('GET', '/docs');
    expect(headers.get('content-type')).toContain('text/html');
    expect(text).toMatch(/^<!doctype html>/);
    for (const route of ROUTES) expect(text).toContain(route.split(' ')[1]?.replace(/\{(\w+)\}/g, ':$1'));
  });

  it('/ok answers, and with check_db=1 only when the database does', async () => {
    expect((await server.send('GET', '/ok')).json).toEqual({ ok: true });
    expect((await server.send('GET', '/ok?check_db=1')).json).toEqual({
      ok: true,
      dependencies: {
        database: 'ok',
        ...(BACKEND === 'redis' && { redis: 'ok' }),
        workers: expect.any(Number) as number,
      },
    });
  });

  it('/info says what clients look for', async () => {
    const { json } = await server.send('GET', '/info');
    expect(json).toMatchObject({
      context: 'js',
      langgraph_js_version: expect.stringMatching(/^\d+\.\d+\.\d+$/) as string,
      holdpoint_version: (await document()).info.version,
      flags: { assistants: true, crons: true, langsmith: false },
      host: { kind: 'self-hosted' },
    });
    const [major = 0, minor = 0, patch = 0] = (json as { version: string }).version.split('.').map(Number);
    expect(major * 1e6 + minor * 1e3 + patch).toBeGreaterThan(4035); // LangGraph Studio refuses what is before 0.4.35
  });

  it('/metrics counts runs, workers and requests for Prometheus', async () => {
    const { thread_id: id } = await server.client.threads.create();
    await server.client.runs.wait(id, 'steps', { input: {} });
    const { headers, text } = await server.send('GET', '/metrics');
    expect(headers.get('content-type')).toContain('text/plain');
    expect(text).toContain('holdpoint_runs{state="success"} 1');
    expect(text).toContain('holdpoint_workers_ready 1');
    expect(text).toMatch(
      /holdpoint_http_requests_total\{method="POST",route="\/threads\/:thread_id\/runs\/wait",status="200"\} 1/,
    );
  });

  it('/metrics?format=json says the same as JSON', async () => {
    const { headers, json } = await server.send('GET', '/metrics?format=json');
    expect(headers.get('content-type')).toContain('application/json');
    expect(json).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'holdpoint_workers_ready', values: [{ value: 1, labels: {} }] }),
      ]),
    );
    expect((await server.send('GET', '/metrics?format=xml')).status).toBe(422);
  });

  it('gives each request an id', async () => {
    const [one, two] = [await server.send('GET', '/ok'), await server.send('GET', '/nowhere')];
    const ids = [one, two].map(({ headers }) => headers.get('x-request-id'));
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(ids[0]).not.toBe(ids[1]);
    expect(refusal(two)).toEqual({ status: 404, code: 'route_not_found' });
  });

  describe('its answers are what /openapi.json says of them', () => {
    /** What a good answer has that its schema does not allow, or lacks that it requires. */
    const strange = async (name: string, { status, json }: Answer): Promise<unknown> => {
      const operation = Object.fromEntries(await operations())[name];
      const declared = operation?.responses[status];
      if (!declared) return `${status} is not declared`;
      const schema = declared.content?.['application/json']?.schema;
      if (!schema) return json === undefined ? [] : 'no body is declared';
      return new Validator(schema as Schema, '2020-12').validate(json).errors;
    };

    it.each(['00000000-0000-0000-0000-000000000001', '12345678-1234-9234-8234-123456789012'])(
      'of a thread with the id %s, and its runs',
      async (id) => {
        const made = await server.send('POST', '/threads', { thread_id: id });
        expect(await strange('post /threads', made)).toEqual([]);
        const run = await server.send('POST', `/threads/${id}/runs`, { assistant_id: 'steps', input: {} });
        expect(await strange('post /threads/{thread_id}/runs', run)).toEqual([]);
        await server.client.runs.join(id, (run.json as { run_id: string }).run_id);
        const overview = await server.send('GET', '/overview/threads');
        expect(await strange('get /overview/threads', overview)).toEqual([]);
      },
    );

    it.each([
      ['post /threads/search', { extract: { last: 'values.n' } }],
      ['post /threads/search', { select: ['thread_id', 'status'] }],
      ['post /assistants/search', { select: ['graph_id'] }],
      ['post /runs/crons/search', { select: ['cron_id'] }],
    ])('of %s with %j', async (name, asked) => {
      await server.client.threads.create({ ttl: 10 });
      await server.client.crons.create('steps', { schedule: '0 0 1 1 *' });
      const found = await server.send('POST', name.replace('post ', ''), asked);
      expect((found.json as object[]).length).toBeGreaterThan(0);
      expect(await strange(name, found)).toEqual([]);
    });

    it('of a thread with the time when it expires, one that is changed, and of some fields of its runs', async () => {
      const { thread_id: id } = await server.client.threads.create({ ttl: 10 });
      const path = 'get /threads/{thread_id}';
      expect(await strange(path, await server.send('GET', `/threads/${id}?include=ttl`))).toEqual([]);
      const prefer = { prefer: 'return=minimal' };
      const changed = await server.send('PATCH', `/threads/${id}`, { metadata: { a: 1 } }, prefer);
      expect(await strange('patch /threads/{thread_id}', changed)).toEqual([]);
      await server.client.runs.wait(id, 'steps', { input: {} });
      const runs = await server.send('GET', `/threads/${id}/runs?select=run_id`);
      expect(await strange('get /threads/{thread_id}/runs', runs)).toEqual([]);
    });

    it('of a run that is cancelled, and a thread that is paused, at once or before', async () => {
      const { thread_id: id } = await server.client.threads.create();
      const asked = { assistant_id: 'gate', input: {}, after_seconds: 600 };
      const { run_id: run } = (await server.send('POST', `/threads/${id}/runs`, asked)).json as {
        run_id: string;
      };
      const pause = 'post /threads/{thread_id}/pause';
      for (const _time of ['first', 'second'])
        expect(
          await strange(pause, await server.send('POST', `/threads/${id}/pause`, { reason: 'a look' })),
        ).toEqual([]);
      const cancelled = await server.send('POST', `/threads/${id}/runs/${run}/cancel?wait=1`);
      expect(await strange('post /threads/{thread_id}/runs/{run_id}/cancel', cancelled)).toEqual([]);
    });
  });

  drives(server, ['GET /ok', 'GET /info', 'GET /docs', 'GET /openapi.json', 'GET /metrics']);
});
