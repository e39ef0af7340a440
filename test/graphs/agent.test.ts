import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type AIMessage, HumanMessage, type ToolMessage } from '@langchain/core/messages';
import { Command, isInterrupted } from '@langchain/langgraph';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { graph } from '../../graphs/agent/graph.ts';
import { textOf } from '../../src/rehearsal/chat.ts';
import { questionOf } from '../gates/gated-graph.ts';
import { useAgent, useWorkspace } from './agent-fixture.ts';

const wish = 'Write the release notes for 1.2 to notes.md';

const filesIn = (workspace: string): Promise<string[]> => readdir(workspace).catch(() => []);

const lastText = (result: { messages: { text: string }[] }): string | undefined =>
  result.messages.at(-1)?.text;

describe('the default agent, asked to write a file', () => {
  it('is held after the tool was selected and before anything is written', async () => {
    const { say, workspace, agent, config } = await useAgent();
    const question = questionOf(await say(wish));
    expect(question.action_requests).toHaveLength(1);
    expect(question.action_requests[0]).toMatchObject({ name: 'write_file', args: { path: 'notes.md' } });
    expect(question.description).toBe('Write the file notes.md in the workspace, replacing what was there.');
    expect(await filesIn(workspace)).toEqual([]);
    expect((await agent.getState(config)).next).toEqual(['gate']);
  });

  it.each([
    ['LangChain', { decisions: [{ type: 'approve' }] }],
    ['the Agent Inbox', [{ type: 'accept', args: null }]],
    ['a plain word', 'approve'],
    ['a plain value', true],
  ])('writes it when it is approved in the words of %s', async (_dialect, answer) => {
    const { say, resume, workspace } = await useAgent();
    await say(wish);
    const result = await resume(answer);
    expect(lastText(result)).toBe('Done: notes.md is written.');
    expect(await readFile(join(workspace, 'notes.md'), 'utf8')).toMatch(/^# Release notes 1\.2\n/);
    expect(result.decisions).toMatchObject([{ tool: 'write_file', decision: 'approve' }]);
  });

  it('writes what the person made of it when it is edited', async () => {
    const { say, resume, workspace } = await useAgent();
    await say(wish);
    const args = { path: 'docs/notes-1.2.md', content: 'Edited.\n' };
    const result = await resume({
      decisions: [{ type: 'edit', edited_action: { name: 'write_file', args } }],
    });
    expect(await readFile(join(workspace, 'docs/notes-1.2.md'), 'utf8')).toBe('Edited.\n');
    expect(await filesIn(workspace)).toEqual(['docs']);
    expect(lastText(result)).toBe('Done: docs/notes-1.2.md is written.');
    expect(result.decisions).toMatchObject([
      { decision: 'edit', proposed: { path: 'notes.md' }, released: args },
    ]);
  });

  it('tells the model of a rejection and writes nothing', async () => {
    const { say, resume, workspace } = await useAgent();
    await say(wish);
    const result = await resume({ decisions: [{ type: 'reject', message: 'Wait for QA.' }] });
    expect(await filesIn(workspace)).toEqual([]);
    expect((result.messages.at(-2) as ToolMessage).status).toBe('error');
    expect(lastText(result)).toContain('I did not write notes.md.');
    expect(lastText(result)).toContain('Wait for QA.');
  });

  it('takes the words of the person in place of the tool', async () => {
    const { say, resume, workspace } = await useAgent();
    await say(wish);
    const result = await resume([{ type: 'response', args: 'They are on the wiki already.' }]);
    expect(await filesIn(workspace)).toEqual([]);
    expect(lastText(result)).toContain('I was told: They are on the wiki already.');
  });

  it('asks again after an answer it cannot understand, and never writes on it', async () => {
    const { say, resume, workspace } = await useAgent();
    await say(wish);
    expect(questionOf(await resume('looks good?')).error).toContain('not understood');
    expect(await filesIn(workspace)).toEqual([]);
    await resume('approve');
    expect(await filesIn(workspace)).toEqual(['notes.md']);
  });

  it('goes on in the same way on protocol v2, which turns contents into blocks', async () => {
    const { agent, config, workspace } = await useAgent();
    const drain = async (input: Parameters<typeof agent.streamEvents>[0]) => {
      for await (const _event of await agent.streamEvents(input, { ...config, version: 'v3' }));
    };
    await drain({ messages: [new HumanMessage(wish)] });
    const [task] = (await agent.getState(config)).tasks;
    expect(task?.interrupts[0]?.value).toMatchObject({
      action_request: { action: 'write_file', args: { path: 'notes.md' } },
    });
    await drain(
      new Command({
        resume: { decisions: [{ type: 'edit', editedAction: { args: { path: 'b.md', content: 'b' } } }] },
      }),
    );
    const { messages } = (await agent.getState(config)).values as { messages: AIMessage[] };
    expect(lastText({ messages })).toBe('Done: b.md is written.');
    expect(JSON.stringify(messages[1])).not.toContain('"path":"notes.md"');
    expect(await filesIn(workspace)).toEqual(['b.md']);
  });
});

describe('the default agent', () => {
  it('reads and lists without a question', async () => {
    const { say, resume } = await useAgent();
    await say(wish);
    await resume('approve');
    expect(lastText(await say('Read notes.md'))).toContain('# Release notes 1.2');
    expect(lastText(await say('List the files'))).toContain('notes.md');
  });

  it('holds a whole batch and runs exactly what was approved of it', async () => {
    const write = (path: string) => ({ name: 'write_file', args: { path, content: path } });
    const { say, resume, workspace, requests } = await useAgent([
      { text: 'Three things.', toolCalls: [write('a.md'), { name: 'list_files', args: {} }, write('b.md')] },
    ]);
    expect(questionOf(await say('go')).action_requests.map((request) => request.args['path'])).toEqual([
      'a.md',
      'b.md',
    ]);
    const result = await resume({ decisions: [{ type: 'reject', message: 'not a' }, { type: 'approve' }] });
    expect(await filesIn(workspace)).toEqual(['b.md']);
    expect(lastText(result)).toBe('done');
    const roles = requests.at(-1)?.messages.map((message) => message.role);
    expect(roles).toEqual(['developer', 'user', 'assistant', 'tool', 'tool', 'tool']);
  });

  it('shows the model what a person added to a decision after the tool results', async () => {
    const { agent, config, say, requests } = await useAgent();
    await say(wish);
    const remark = { messages: [new HumanMessage('Tell the team.')] };
    const result = await agent.invoke(new Command({ resume: 'approve', update: remark }), config);
    expect(requests.at(-1)?.messages.map((message) => message.role)).toEqual([
      'developer',
      'user',
      'assistant',
      'tool',
      'user',
    ]);
    expect(lastText(result)).toBe('Done: notes.md is written.\nYou also told me: Tell the team.');
  });

  it('goes on with the conversation when a question was left undecided', async () => {
    const { say, workspace, requests } = await useAgent();
    await say(wish);
    const result = await say('List the files');
    expect(lastText(result)).toBe('list_files answered:\nThe folder is empty.');
    expect(await filesIn(workspace)).toEqual([]);
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain('before it was decided');
  });

  it.each(['invoke', 'stream', 'protocol v2'] as const)(
    'tells the model about calls that cannot run, on %s',
    async (way) => {
      const { agent, config, requests, workspace } = await useAgent([
        { text: 'Hm.', toolCalls: [{ name: 'write_file', args: '{"path": "a.md", "content": "cut o' }] },
        { toolCalls: [{ name: 'list_files', args: 'not json' }] },
        { toolCalls: [{ name: 'write_file', args: '["a.md"]' }] },
        { toolCalls: [{ name: 'read_file', args: { path: 5 } }] },
        { toolCalls: [{ name: 'read_file', args: { path: 'missing.md' } }] },
        { toolCalls: [{ name: 'list_files', args: '' }] },
      ]);
      const warn = vi.spyOn(console, 'warn').mockReturnValue(); // LangChain warns of calls it could not parse
      onTestFinished(() => warn.mockRestore());
      const input = { messages: [new HumanMessage('go')] };
      if (way === 'invoke') await agent.invoke(input, config);
      else if (way === 'stream')
        for await (const _ of await agent.stream(input, { ...config, streamMode: 'messages' }));
      else for await (const _ of await agent.streamEvents(input, { ...config, version: 'v3' }));
      const told = requests
        .at(-1)
        ?.messages.filter((message) => message.role === 'tool')
        .map(textOf);
      expect(told).toEqual([
        expect.stringContaining('write_file are not a JSON object'),
        expect.stringContaining('list_files are not a JSON object'),
        expect.stringContaining('write_file are not a JSON object'),
        expect.stringContaining('did not match expected schema'),
        'read_file failed: There is no missing.md in the workspace.',
        'The folder is empty.',
      ]);
      expect(await filesIn(workspace)).toEqual([]);
    },
  );

  it('keeps approved writes inside the workspace', async () => {
    const paths = ['../out.md', '/tmp/holdpoint-out.md', 'a/../../out.md', 'nul\0.md'];
    const { say, resume, workspace } = await useAgent([
      { toolCalls: paths.map((path) => ({ name: 'write_file', args: { path, content: 'x' } })) },
    ]);
    await say('go');
    const result = await resume('approve');
    expect(
      result.messages
        .filter((message) => message.type === 'tool')
        .map((message) => (message as ToolMessage).status),
    ).toEqual(paths.map(() => 'error'));
    expect(await filesIn(join(workspace, '..'))).toEqual(['workspace']);
    expect(await filesIn(workspace)).toEqual([]);
  });

  it('says what to set when no model is configured, and needs nothing to be imported', async () => {
    await useWorkspace();
    vi.stubEnv('OPENAI_API_KEY', '');
    vi.stubEnv('OPENAI_BASE_URL', '');
    await expect(graph.invoke({ messages: [new HumanMessage('hi')] })).rejects.toThrow(
      'set OPENAI_API_KEY, or OPENAI_BASE_URL',
    );
  });

  it('shows its model, gate and tools in its drawing, which its README carries', async () => {
    const drawing = (await graph.getGraphAsync()).drawMermaid({ withStyles: false });
    expect(Object.keys((await graph.getGraphAsync()).nodes)).toEqual([
      '__start__',
      'model',
      'gate',
      'tools',
      '__end__',
    ]);
    expect(await readFile(new URL('../../graphs/agent/README.md', import.meta.url), 'utf8')).toContain(
      drawing.trim(),
    );
  });

  it('ends without a question when the model uses no tool', async () => {
    const { say } = await useAgent();
    const result = await say('Hello there');
    expect(isInterrupted(result)).toBe(false);
    expect(lastText(result)).toContain('rehearsal model');
  });
});
