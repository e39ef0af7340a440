import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startCrashServer, type CrashServer } from './crash-server.ts';

interface Asked {
  messages: { role: string; content: string }[];
  /** Says a piece of the answer. */
  say(content: string): void;
  end(): void;
}

/** An OpenAI-compatible model whose answers the test gives piece by piece. */
const startModel = async () => {
  const asked: Asked[] = [];
  const waiting: ((call: Asked) => void)[] = [];
  const chunk = (response: ServerResponse, delta: object, finish: string | null = null): void => {
    const choices = [{ index: 0, delta, finish_reason: finish }];
    const body = {
      id: `chatcmpl-${asked.length}`,
      object: 'chat.completion.chunk',
      created: 1,
      model: 'm',
      choices,
    };
    response.write(`data: ${JSON.stringify(body)}\n\n`);
  };
  const server: Server = createServer((request, response) => {
    void json(request).then((body) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      chunk(response, { role: 'assistant', content: '' });
      const call: Asked = {
        messages: (body as Asked).messages,
        say: (content) => chunk(response, { content }),
        end: () => {
          chunk(response, {}, 'stop');
          response.end('data: [DONE]\n\n');
        },
      };
      const next = waiting.shift();
      if (next) next(call);
      else asked.push(call);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    /** The next call of the model. */
    call: async (): Promise<Asked> => asked.shift() ?? new Promise((resolve) => waiting.push(resolve)),
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
};

interface State {
  values: { messages?: { type: string; content: string }[] };
  partial_output?: { run_id: string; attempt: number; messages: { node: string; text: string }[] };
}

const SAID = 'The answer is forty';

describe('a model that is cut off in the middle of its answer', () => {
  let server: CrashServer;
  let model: Awaited<ReturnType<typeof startModel>>;

  beforeAll(async () => {
    model = await startModel();
    const config = fileURLToPath(new URL('../../langgraph.json', import.meta.url));
    server = await startCrashServer({ config, env: { OPENAI_BASE_URL: model.url } });
  });

  afterAll(async () => {
    await server.kill();
    model.close();
  });

  const stateOf = async (threadId: string): Promise<State> =>
    (await (await fetch(`${server.url}/threads/${threadId}/state`)).json()) as State;

  const ask = async () => {
    const { thread_id: threadId } = await server.client.threads.create();
    const input = { messages: [{ role: 'user', content: 'What is the answer?' }] };
    const stream = server.client.runs.stream(threadId, 'agent', { input, streamMode: ['messages-tuple'] });
    const called = model.call().then((call) => {
      call.say(SAID);
      return call;
    });
    let heard = '';
    for await (const { event, data } of stream) {
      if (event === 'messages') heard += (data as unknown as [{ content: string }])[0].content;
      if (heard === SAID) break;
    }
    const [run] = await server.client.runs.list(threadId);
    return { threadId, runId: run?.run_id ?? '', call: await called };
  };

  it('is shown as partial, apart from the values, while it speaks, and no more when it has spoken', async () => {
    const { threadId, runId, call } = await ask();
    const during = await stateOf(threadId);
    expect(during.partial_output).toMatchObject({
      run_id: runId,
      attempt: 1,
      messages: [{ node: 'model', text: SAID }],
    });
    expect(during.values.messages).toHaveLength(1);
    call.say(' two.');
    call.end();
    await server.client.runs.join(threadId, runId);
    const after = await stateOf(threadId);
    expect(after.partial_output).toBeUndefined();
    expect(after.values.messages?.at(-1)?.content).toBe(`${SAID} two.`);
  });

  it('keeps every token that was heard when its worker dies, and is told at the next attempt', async () => {
    const { threadId, runId } = await ask();
    process.kill(await server.worker(), 'SIGKILL');
    const again = await model.call();
    const [system] = again.messages;
    expect(system?.content).toContain('You were cut off');
    expect(system?.content).toContain(SAID);
    expect((await stateOf(threadId)).partial_output).toMatchObject({
      attempt: 1,
      messages: [{ text: SAID }],
    });
    again.say('Forty-two.');
    again.end();
    await server.client.runs.join(threadId, runId);
    const { partial_output: partial, values } = await stateOf(threadId);
    expect(partial).toBeUndefined();
    expect(values.messages?.map(({ content }) => content)).toEqual(['What is the answer?', 'Forty-two.']);
  });

  it('keeps what a cancelled run had said until the thread goes on, and tells no other run of it', async () => {
    const { threadId, runId } = await ask();
    await server.client.runs.cancel(threadId, runId, true);
    expect((await stateOf(threadId)).partial_output).toMatchObject({
      run_id: runId,
      messages: [{ text: SAID }],
    });
    const next = await server.client.runs.create(threadId, 'agent', {
      input: { messages: [{ role: 'user', content: 'And now?' }] },
      streamMode: ['messages-tuple'],
    });
    const call = await model.call();
    expect(call.messages[0]?.content).not.toContain('You were cut off');
    call.say('Fine.');
    call.end();
    await server.client.runs.join(threadId, next.run_id);
    expect((await stateOf(threadId)).partial_output).toBeUndefined();
  });
});
