import { AIMessage, type AIMessageChunk, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatOpenAI } from '@langchain/openai';
import { afterEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import {
  type ModelRequest,
  type RehearsalModel,
  type Script,
  startRehearsalModel,
} from '../../src/rehearsal/index.ts';

const running: RehearsalModel[] = [];

const start = async (script?: Script): Promise<RehearsalModel> => {
  const model = await startRehearsalModel(script === undefined ? {} : { script });
  running.push(model);
  return model;
};

afterEach(async () => {
  await Promise.all(running.splice(0).map((model) => model.close()));
});

const chat = (url: string) =>
  new ChatOpenAI({ model: 'rehearsal', apiKey: 'none', maxRetries: 0, configuration: { baseURL: url } });

const post = (url: string, body: unknown) =>
  fetch(`${url}/chat/completions`, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });

const writeTool = {
  type: 'function' as const,
  function: { name: 'write_file', parameters: { type: 'object', properties: {} } },
};
const wish = 'Write the release notes for 1.2 to notes.md';

const streamed = async (
  url: string,
  message: string,
): Promise<{ chunks: AIMessageChunk[]; whole: AIMessageChunk }> => {
  const chunks: AIMessageChunk[] = [];
  for await (const chunk of await chat(url).bindTools([writeTool]).stream(message)) chunks.push(chunk);
  const [first, ...rest] = chunks;
  if (first === undefined) throw new Error('the stream was empty');
  return { chunks, whole: rest.reduce((sum, chunk) => sum.concat(chunk), first) };
};

describe('ChatOpenAI against the rehearsal model', () => {
  it('gets the text and the tool call of the story in one answer', async () => {
    const { url } = await start();
    const reply = await chat(url).bindTools([writeTool]).invoke(wish);
    expect(reply.text).toBe('I have drafted "Release notes 1.2" and would like to write it to notes.md.');
    expect(reply.tool_calls).toHaveLength(1);
    expect(reply.tool_calls?.[0]).toMatchObject({ name: 'write_file', args: { path: 'notes.md' } });
    expect(String(reply.tool_calls?.[0]?.args['content'])).toMatch(/^# Release notes 1\.2\n/);
    expect(reply.usage_metadata).toMatchObject({ total_tokens: expect.any(Number) as number });
    expect(reply.response_metadata['finish_reason']).toBe('tool_calls');
  });

  it('gets the same in a stream of several chunks, with usage', async () => {
    const { url } = await start();
    const { chunks, whole } = await streamed(url, wish);
    expect(chunks.filter((chunk) => chunk.text !== '').length).toBeGreaterThan(3);
    expect(whole.text).toBe('I have drafted "Release notes 1.2" and would like to write it to notes.md.');
    expect(whole.tool_calls).toHaveLength(1);
    expect(whole.tool_calls?.[0]).toMatchObject({ name: 'write_file', args: { path: 'notes.md' } });
    expect(whole.usage_metadata).toMatchObject({ total_tokens: expect.any(Number) as number });
  });

  it('finds tool calls numbered from 1 after text and from 0 without', async () => {
    const toolCalls = [
      { name: 'write_file', args: {} },
      { name: 'write_file', args: { path: 'b' } },
    ];
    const indexes = async (text?: string) => {
      const { url } = await start([text === undefined ? { toolCalls } : { text, toolCalls }]);
      const { chunks, whole } = await streamed(url, 'go');
      expect(whole.tool_calls?.map((call) => call.args)).toEqual([{}, { path: 'b' }]);
      return [
        ...new Set(chunks.flatMap((chunk) => chunk.tool_call_chunks ?? []).map((chunk) => chunk.index)),
      ];
    };
    expect(await indexes('Writing.')).toEqual([1, 2]);
    expect(await indexes()).toEqual([0, 1]);
  });

  it("is told about a wrong message order with OpenAI's error", async () => {
    const { url } = await start();
    const messages = [
      new HumanMessage('go'),
      new AIMessage({ content: '', tool_calls: [{ id: 'a', name: 'write_file', args: {} }] }),
      new HumanMessage('and hurry'),
      new ToolMessage({ tool_call_id: 'a', content: 'ok' }),
    ];
    await expect(chat(url).invoke(messages)).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('must be followed by tool messages') as string,
    });
  });
});

describe('the story', () => {
  const toldAfter = async (result: string, ...more: HumanMessage[]): Promise<string> => {
    const { url } = await start();
    const model = chat(url).bindTools([writeTool]);
    const asked = new HumanMessage(wish);
    const reply = await model.invoke([asked]);
    const told = new ToolMessage({ tool_call_id: String(reply.tool_calls?.[0]?.id), content: result });
    return (await model.invoke([asked, reply, told, ...more])).text;
  };

  it('ends with the file written', async () => {
    expect(await toldAfter('Wrote 120 bytes to notes.md.')).toBe('Done: notes.md is written.');
  });

  it('says after a rejection that nothing was written, and why', async () => {
    expect(await toldAfter('The call was rejected by a person. Reason: too early')).toBe(
      'I did not write notes.md. I was told: The call was rejected by a person. Reason: too early',
    );
  });

  it('heeds what a person added to the decision', async () => {
    expect(await toldAfter('Wrote 120 bytes to notes.md.', new HumanMessage('Tell the team.'))).toBe(
      'Done: notes.md is written.\nYou also told me: Tell the team.',
    );
  });

  it.each([
    ['please write a haiku about rivers to poems/river.txt, thanks', 'poems/river.txt'],
    ['Write the release notes for 1.2 into `docs/notes.md`.', 'docs/notes.md'],
    ['WRITE the changes of 2.0 to the file "CHANGES.md"', 'CHANGES.md'],
  ])('understands "%s"', async (text, path) => {
    const { url } = await start();
    const reply = await chat(url).bindTools([writeTool]).invoke(text);
    expect(reply.tool_calls?.[0]?.args['path']).toBe(path);
  });

  it('is honest about anything else, and about tools it was not given', async () => {
    const { url } = await start();
    const small = await chat(url).invoke('What is the meaning of life?');
    expect(small.text).toContain('rehearsal model');
    expect(small.text).toContain('OPENAI_API_KEY');
    expect(small.text).toContain('OPENAI_BASE_URL');
    const toolless = await chat(url).invoke(wish);
    expect(toolless.tool_calls).toEqual([]);
    expect(toolless.text).toContain('does not offer me the tool write_file');
  });
});

describe('a script of a test', () => {
  it('gives the reply of each turn from the messages alone', async () => {
    const { url } = await start([{ text: 'one' }, { text: 'two' }]);
    const second = [new HumanMessage('a'), new AIMessage('one'), new HumanMessage('b')];
    expect((await chat(url).invoke(second)).text).toBe('two');
    expect((await chat(url).invoke('a')).text).toBe('one');
    await expect(chat(url).invoke([...second, new AIMessage('two'), new HumanMessage('c')])).rejects.toThrow(
      'no reply for turn 3',
    );
  });

  it('may be a function that sees messages and tools', async () => {
    const seen: ModelRequest[] = [];
    const { url } = await start((request) => {
      seen.push(request);
      return { text: 'ok' };
    });
    await chat(url).bindTools([writeTool]).invoke('hello');
    expect(seen).toEqual([
      { ...seen[0], messages: [{ role: 'user', content: 'hello' }], tools: ['write_file'], turn: 0 },
    ]);
  });

  it('can fail, be malformed, and take its time', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue(); // LangChain warns of calls it could not parse
    onTestFinished(() => warn.mockRestore());
    const { url } = await start((request) =>
      request.turn === 0
        ? { status: 429, text: 'slow down' }
        : { toolCalls: [{ id: 'bad', name: 'write_file', args: '{"path": ' }], delayMs: 1 },
    );
    await expect(chat(url).invoke('a')).rejects.toMatchObject({ status: 429 });
    const reply = await chat(url).invoke([new HumanMessage('a'), new AIMessage('b'), new HumanMessage('c')]);
    expect(reply.invalid_tool_calls).toMatchObject([{ id: 'bad', name: 'write_file', args: '{"path": ' }]);
  });

  it('answers 500 when it throws', async () => {
    const { url } = await start(() => Promise.reject(new Error('broken script')));
    const response = await post(url, { model: 'rehearsal', messages: [{ role: 'user', content: 'x' }] });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({
      error: { message: 'broken script', type: 'server_error' },
    });
  });
});

describe('the endpoint', () => {
  it('lists its model', async () => {
    const { url } = await start();
    expect(await (await fetch(`${url}/models`)).json()).toMatchObject({
      object: 'list',
      data: [{ id: 'rehearsal' }],
    });
  });

  it.each([
    ['no JSON', 'hello'],
    ['no messages', { model: 'rehearsal' }],
    ['messages of the wrong kind', { model: 'rehearsal', messages: 'hello' }],
    ['an empty conversation', { model: 'rehearsal', messages: [] }],
  ])("refuses %s with an error in OpenAI's form", async (_what, body) => {
    const { url } = await start();
    const response = await post(url, body);
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({
      error: {
        message: expect.any(String) as string,
        type: 'invalid_request_error',
        param: expect.any(String) as string,
        code: null,
      },
    });
  });

  it('answers 404 elsewhere', async () => {
    const { url } = await start();
    expect((await fetch(`${url}/embeddings`, { method: 'POST' })).status).toBe(404);
  });

  it('accepts an assistant message that has calls and no content', async () => {
    const { url } = await start([{ text: 'zero' }, { text: 'one' }]);
    const calls = [{ id: 'a', type: 'function', function: { name: 'x', arguments: '{}' } }];
    const response = await post(url, {
      model: 'rehearsal',
      messages: [
        { role: 'user', content: 'x' },
        { role: 'assistant', tool_calls: calls },
        { role: 'tool', tool_call_id: 'a', content: '' },
      ],
    });
    expect(response.status).toBe(200);
  });

  it('answers a long message as fast as a short one', { timeout: 2000 }, async () => {
    const { url } = await start();
    const content = 'mail to a@ '.repeat(20_000);
    const response = await post(url, { model: 'rehearsal', messages: [{ role: 'user', content }] });
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: expect.stringMatching(/^I am the rehearsal model/) as string } }],
    });
  });

  it('closes while a request waits', async () => {
    let asked = () => {};
    const waiting = new Promise<void>((resolve) => (asked = resolve));
    const model = await startRehearsalModel({
      script: () => {
        asked();
        return { text: 'too late', delayMs: 600_000 };
      },
    });
    const request = post(model.url, { model: 'rehearsal', messages: [{ role: 'user', content: 'x' }] }).catch(
      (error: Error) => error,
    );
    await waiting;
    await model.close();
    expect(await request).toBeInstanceOf(Error);
  });
});
