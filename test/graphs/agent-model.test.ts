import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';
import { type AIMessageChunk, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { MemorySaver } from '@langchain/langgraph';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { graph } from '../../graphs/agent/graph.ts';
import { useWorkspace } from './agent-fixture.ts';

type Answer = (response: ServerResponse, request: { stream: boolean }) => void;

const chunk = (delta: object, finish_reason: string | null = null, id = 'one-id-for-all') =>
  `data: ${JSON.stringify({
    id,
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta, finish_reason }],
  })}\n\n`;

const DONE = 'data: [DONE]\n\n';

const fails =
  (status: number, error: object, headers: Record<string, string> = { 'retry-after': '0' }): Answer =>
  (response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify({ error }));

const streams =
  (...parts: string[]): Answer =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const part of parts) response.write(part);
    response.end();
  };

const says = (text: string): Answer =>
  streams(chunk({ role: 'assistant', content: '' }), chunk({ content: text }), chunk({}, 'stop'), DONE);

const call = (name: string, args: string, more: object = {}) =>
  chunk({
    role: 'assistant',
    tool_calls: [{ index: 0, id: 'c', type: 'function', function: { name, arguments: args }, ...more }],
  });

/** A model endpoint that answers its requests in this order, and with "done" after that. */
const useModel = async (...answers: Answer[]) => {
  await useWorkspace();
  let asked = 0;
  const server = createServer((request, response) => {
    void json(request).then((body) =>
      (answers[asked++] ?? says('done'))(response, body as { stream: boolean }),
    );
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  vi.stubEnv('OPENAI_BASE_URL', `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`);
  vi.stubEnv('OPENAI_API_KEY', '');
  const agent = graph.builder.compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'thread' } };
  /** Streams, as a server does for its clients; answers the pieces that came and the state in the end. */
  const stream = async (text: string | null) => {
    const input = text === null ? null : { messages: [new HumanMessage(text)] };
    const pieces: AIMessageChunk[] = [];
    for await (const [piece] of await agent.stream(input, { ...config, streamMode: 'messages' }))
      pieces.push(piece as AIMessageChunk);
    const { values } = await agent.getState(config);
    return { pieces, messages: (values as { messages: BaseMessage[] }).messages };
  };
  return { agent, config, stream, asked: () => asked };
};

const lastText = ({ messages }: { messages: BaseMessage[] }) => messages.at(-1)?.text;

describe('the agent, with a model that', () => {
  it.each([
    ['limits its rate', fails(429, { message: 'slow down', type: 'rate_limit_exceeded' })],
    ['is overloaded', fails(503, { message: 'overloaded' })],
    ['hangs up', ((response) => void response.destroy()) as Answer],
    ['answers what is no JSON', streams('data: {"id": \n\n')],
    [
      'reports a failure within its stream',
      streams(chunk({ content: 'I' }), 'data: {"error":{"message":"x"}}\n\n'),
    ],
    [
      'breaks off in the middle of a word',
      ((response) => {
        streams(chunk({ content: 'I wi' }))(response, { stream: true });
        response.destroy();
      }) as Answer,
    ],
    ['ends its stream without an end', streams(chunk({ content: 'I wi' }))],
    ['does not say who speaks', streams(chunk({ content: 'I am' }), chunk({}, 'stop'), DONE)],
    ['ends in the middle of a call', streams(chunk({ content: 'Hm.' }), call('list_files', '{"pa'))],
  ])('%s is asked again', async (_what, answer) => {
    const { stream, asked } = await useModel(answer, says('Here I am.'));
    const result = await stream('go');
    expect(lastText(result)).toBe('Here I am.');
    expect(result.messages).toHaveLength(2);
    expect(asked()).toBe(2);
  });

  it('stays away is asked four times; the run fails with its words, and the thread goes on with or without input', async () => {
    const overloaded = fails(500, { message: 'still overloaded' });
    const { stream, asked } = await useModel(overloaded, overloaded, overloaded, overloaded);
    await expect(stream('go')).rejects.toThrow('still overloaded');
    expect(asked()).toBe(4);
    expect(lastText(await stream(null))).toBe('done');
    expect(lastText(await stream('and again'))).toBe('done');
  });

  it.each([
    ['refuses the key', fails(401, { message: 'bad key' })],
    ['refuses the request', fails(400, { message: 'too long', code: 'context_length_exceeded' })],
    ['wants to be paid', fails(429, { message: 'no quota', code: 'insufficient_quota' })],
  ])('%s is not asked again, and the thread goes on', async (_what, answer) => {
    const { stream, asked } = await useModel(answer);
    await expect(stream('go')).rejects.toThrow(/bad key|too long|no quota/);
    expect(asked()).toBe(1);
    expect(lastText(await stream('better now?'))).toBe('done');
  });

  it('streams gives each token and each piece of a call as it comes', async () => {
    const { stream } = await useModel(
      streams(
        chunk({ role: 'assistant', content: '' }),
        chunk({ content: 'I will ' }),
        chunk({ content: 'list.' }),
        call('list_files', ''),
        chunk({ tool_calls: [{ index: 0, function: { arguments: '{"pa' } }] }),
        chunk({ tool_calls: [{ index: 0, function: { arguments: 'th":"."}' } }] }),
        chunk({}, 'tool_calls'),
        DONE,
      ),
    );
    const { pieces, messages } = await stream('go');
    expect(pieces.map(({ content }) => content)).toEqual(expect.arrayContaining(['I will ', 'list.']));
    const args = pieces.flatMap(({ tool_call_chunks }) => tool_call_chunks ?? []).map((piece) => piece.args);
    expect(args).toEqual(['', '{"pa', 'th":"."}']);
    expect(messages.map(({ type }) => type)).toEqual(['human', 'ai', 'tool', 'ai']);
    expect(messages.map(({ text }) => text)).toEqual(['go', 'I will list.', 'The folder is empty.', 'done']);
  });

  it('gives text and a call the same index loses neither on protocol v2', async () => {
    const { agent, config } = await useModel(
      streams(chunk({ content: 'I will list.' }), call('list_files', '{}'), chunk({}, 'tool_calls'), DONE),
    );
    const input = { messages: [new HumanMessage('go')] };
    for await (const _ of await agent.streamEvents(input, { ...config, version: 'v3' }));
    const { values } = await agent.getState(config);
    const { messages } = values as { messages: BaseMessage[] };
    expect(messages.map(({ text }) => text)).toEqual(['go', 'I will list.', 'The folder is empty.', 'done']);
  });

  it('gets its calls wrong is told so, and the conversation goes on', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const { stream } = await useModel(
      streams(call('list_files', '{"path": nope'), chunk({}, 'tool_calls'), DONE),
      streams(call('launch_rocket', '{}'), chunk({}, 'tool_calls'), DONE),
      streams(call('list_files', '{}', { id: null }), chunk({}, 'tool_calls'), DONE),
    );
    const { messages } = await stream('go');
    const told = messages.filter(({ type }) => type === 'tool').map(({ text }) => text);
    expect(told).toEqual([
      expect.stringContaining('not a JSON object'),
      'There is no tool launch_rocket. There are: read_file, list_files, write_file, http_request, send_email, remember, recall.',
      'The folder is empty.',
    ]);
    expect(messages.at(-1)?.text).toBe('done');
  });
});
