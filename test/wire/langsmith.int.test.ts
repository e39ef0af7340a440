import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createServer, type Server } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { collect, refusal, useServer } from './server.ts';

/** What a LangSmith server would be sent: a place for feedback by key, and traces. */
const startLangSmith = async () => {
  const bodies: string[] = [];
  let told = (): void => {};
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString();
      bodies.push(`${request.url} ${text}`);
      told();
      response.setHeader('content-type', 'application/json');
      if (request.url !== '/feedback/tokens') return response.end('{}');
      const { feedback_key: key } = JSON.parse(text) as { feedback_key: string };
      return response.end(JSON.stringify({ url: `https://feedback.example/${key}` }));
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    got: async (part: string): Promise<void> => {
      while (!bodies.some((body) => body.includes(part)))
        await new Promise<void>((resolve) => (told = resolve));
    },
    close: () => server.close(),
  };
};

const TRACED = { input: {}, streamMode: ['values' as const], feedbackKeys: ['helpful'] };

describe('with a key of LangSmith', () => {
  let langsmith: Awaited<ReturnType<typeof startLangSmith>>;
  let server: ServerUnderTest;
  beforeAll(async () => {
    langsmith = await startLangSmith();
    const env = { LANGSMITH_API_KEY: 'none', LANGSMITH_ENDPOINT: langsmith.url, LANGSMITH_TRACING: 'false' };
    server = await startServerProcess({ env: { ...env, LANGCHAIN_CALLBACKS_BACKGROUND: 'true' } });
  });
  afterAll(async () => {
    await server.kill();
    langsmith.close();
  });

  it('tells a stream at its end where feedback on the run can be sent', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const events = await collect(server.client.runs.stream(id, 'steps', TRACED));
    expect(events.at(-1)).toMatchObject({
      event: 'feedback',
      data: { helpful: 'https://feedback.example/helpful' },
    });
  });

  it('traces a run to the project that it names, and says so of the run', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const body = { assistant_id: 'steps', input: {}, langsmith_tracer: { project_name: 'my-traces' } };
    const response = await fetch(`${server.url}/threads/${id}/runs`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(await response.json()).toMatchObject({ langsmith_session_name: 'my-traces' });
    await langsmith.got('my-traces');
    expect(await (await fetch(`${server.url}/info`)).json()).toMatchObject({
      flags: { langsmith: true, langsmith_tracing_session_on_runs: true },
    });
  });
});

describe('without a key of LangSmith', () => {
  const server = useServer({ env: { LANGSMITH_API_KEY: '', LANGCHAIN_API_KEY: '' } });

  it('takes a run of a client that names a project, and refuses to promise feedback', async () => {
    const { thread_id: id } = await server.client.threads.create();
    const run = { assistant_id: 'steps', input: {} };
    const traced = { ...run, langsmith_tracer: { project_name: 'my-traces' } };
    expect((await server.send('POST', `/threads/${id}/runs/wait`, traced)).json).toMatchObject({ n: 1 });
    const asked = await server.send('POST', `/threads/${id}/runs/wait`, {
      ...run,
      feedback_keys: ['helpful'],
    });
    expect(refusal(asked)).toEqual({ status: 501, code: 'not_supported', field: 'feedback_keys' });
  });
});
