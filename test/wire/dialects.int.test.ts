import { randomUUID } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { startServerProcess } from '../support/server.ts';
import { collect, useServer } from './server.ts';
import { openStream, type OpenStream } from './sse.ts';

/** LangChain takes long to load: only this file's servers have the graph that needs it. */
const config = fileURLToPath(new URL('../graphs/dialects.json', import.meta.url));

const server = useServer({ config });

const WISH = 'Write the release notes for 1.2 to notes.md';

interface Action {
  name: string;
  args: Record<string, string>;
}

/** What every client finds in a question of LangChain's middleware. */
const SHOWN = {
  actionRequests: [{ name: 'write_file', args: { path: 'notes.md' } }],
  action_requests: [{ name: 'write_file', args: { path: 'notes.md' }, arguments: { path: 'notes.md' } }],
  reviewConfigs: [{ actionName: 'write_file', allowedDecisions: ['approve', 'edit', 'reject'] }],
  review_configs: [{ action_name: 'write_file', allowed_decisions: ['approve', 'edit', 'reject'] }],
  action_request: { action: 'write_file', args: { path: 'notes.md' } },
  config: { allow_accept: true, allow_edit: true, allow_respond: true, allow_ignore: true },
};

/** A thread on which the middleware of LangChain holds a call. */
const held = async (): Promise<string> => {
  const { thread_id: threadId } = await server.client.threads.create();
  await server.client.runs.wait(threadId, 'hitl', { input: { messages: [{ role: 'user', content: WISH }] } });
  return threadId;
};

const answered = async (threadId: string, resume: unknown): Promise<{ type: string; content: string }[]> => {
  const values = (await server.client.runs.wait(threadId, 'hitl', { command: { resume } })) as {
    messages: { type: string; content: string }[];
  };
  return values.messages;
};

const toolMessage = (messages: { type: string; content: string }[]): string | undefined =>
  messages.find(({ type }) => type === 'tool')?.content;

describe('a question of LangChain’s humanInTheLoopMiddleware', () => {
  it('is shown in the words of every client: on the thread, in states, in results and in events', async () => {
    const { client } = server;
    const { thread_id: threadId } = await client.threads.create();
    const events = await collect(
      client.runs.stream(threadId, 'hitl', {
        input: { messages: [{ role: 'user', content: WISH }] },
        streamMode: ['values', 'updates', 'tasks'],
      }),
    );
    const inEvents = events
      .map(({ data }) => data as { __interrupt__?: { value: unknown }[]; interrupts?: { value: unknown }[] })
      .flatMap(({ __interrupt__ = [], interrupts = [] }) => [...__interrupt__, ...interrupts]);
    expect(inEvents.length).toBeGreaterThanOrEqual(3);
    for (const { value } of inEvents) expect(value).toMatchObject(SHOWN);

    const thread = await client.threads.get(threadId);
    expect(Object.values(thread.interrupts).flat()).toMatchObject([{ value: SHOWN }]);
    const [found] = await client.threads.search({ ids: [threadId] });
    expect(Object.values(found?.interrupts ?? {}).flat()).toMatchObject([{ value: SHOWN }]);
    const state = await client.threads.getState(threadId);
    expect(state.tasks[0]?.interrupts).toMatchObject([{ value: SHOWN }]);
    const [latest] = await client.threads.getHistory(threadId);
    expect(latest?.tasks[0]?.interrupts).toMatchObject([{ value: SHOWN }]);
  });

  it.each([
    ['LangChain’s own words', { decisions: [{ type: 'approve' }] }],
    ['the words of the Agent Inbox', [{ type: 'accept', args: null }]],
  ])('is approved in %s', async (_words, resume) => {
    const messages = await answered(await held(), resume);
    expect(toolMessage(messages)).toMatch(/^Wrote \d+ characters to notes\.md\.$/);
  });

  it.each([
    ['camel case', (action: Action) => ({ decisions: [{ type: 'edit', editedAction: action }] })],
    ['snake case', (action: Action) => ({ decisions: [{ type: 'edit', edited_action: action }] })],
    [
      'the words of the Agent Inbox',
      ({ name, args }: Action) => [{ type: 'edit', args: { action: name, args } }],
    ],
  ])('is edited in %s', async (_words, edit) => {
    const action = { name: 'write_file', args: { path: 'other.md', content: 'four' } };
    expect(toolMessage(await answered(await held(), edit(action)))).toBe('Wrote 4 characters to other.md.');
  });

  it.each([
    ['LangChain’s own words', { decisions: [{ type: 'reject', message: 'not today' }] }],
    ['the words of the Agent Inbox', [{ type: 'response', args: 'not today' }]],
  ])('is rejected in %s', async (_words, resume) => {
    expect(toolMessage(await answered(await held(), resume))).toContain('not today');
  });

  it('is dismissed by the Agent Inbox without being done', async () => {
    const said = toolMessage(await answered(await held(), [{ type: 'ignore', args: null }]));
    expect(said).not.toContain('Wrote');
  });

  const OTHER = { name: 'write_file', args: { path: 'other.md', content: 'four' } };

  it.each([
    [
      'approved in LangChain’s own words',
      { decisions: [{ type: 'approve' }] },
      /^Wrote \d+ .* to notes\.md\.$/,
    ],
    [
      'approved in those of the Agent Inbox',
      [{ type: 'accept', args: null }],
      /^Wrote \d+ .* to notes\.md\.$/,
    ],
    [
      'edited in LangChain’s own words',
      { decisions: [{ type: 'edit', editedAction: OTHER }] },
      /^Wrote 4 .* to other\.md\.$/,
    ],
    [
      'edited in those of Agent Chat UI',
      { decisions: [{ type: 'edit', edited_action: OTHER }] },
      /^Wrote 4 .* to other\.md\.$/,
    ],
    [
      'edited in those of the Agent Inbox',
      [{ type: 'edit', args: { action: OTHER.name, args: OTHER.args } }],
      /^Wrote 4 .* to other\.md\.$/,
    ],
    [
      'rejected in LangChain’s own words',
      { decisions: [{ type: 'reject', message: 'not today' }] },
      /not today/,
    ],
    ['rejected in those of the Agent Inbox', [{ type: 'response', args: 'not today' }], /not today/],
    ['dismissed by the Agent Inbox', [{ type: 'ignore', args: null }], /^(?!Wrote)/],
  ])('is shown over protocol v2, and %s there', async (_words, response, said) => {
    const threadId = randomUUID();
    const command = async (method: string, params: object) => {
      const { json } = await server.send('POST', `/threads/${threadId}/commands`, { id: 1, method, params });
      expect(json).toMatchObject({ type: 'success' });
    };
    const next = async (stream: OpenStream, method: string): Promise<Record<string, unknown>> => {
      for (;;) {
        const frame = await stream.next();
        if (!frame) throw new Error(`the stream ended before ${method}`);
        if (frame.event === method)
          return (frame.data as { params: { data: Record<string, unknown> } }).params.data;
      }
    };
    const input = { messages: [{ type: 'human', content: WISH }] };
    const stream = await openStream(`${server.url}/threads/${threadId}/stream/events`, {
      method: 'POST',
      body: JSON.stringify({ channels: ['input', 'lifecycle'] }),
    });
    await command('run.start', { assistant_id: 'hitl', input });

    const { interrupt_id, payload } = await next(stream, 'input.requested');
    expect(payload).toMatchObject(SHOWN);
    await command('input.respond', { namespace: [], interrupt_id, response });
    while ((await next(stream, 'lifecycle'))['event'] !== 'completed');

    stream.leave();
    const { values } = await server.client.threads.getState<{
      messages: { type: string; content: string }[];
    }>(threadId);
    expect(toolMessage(values.messages)).toMatch(said);
  });

  it('is not answered by decisions about another number of actions', async () => {
    const threadId = await held();
    const answer = await server.send('POST', `/threads/${threadId}/runs`, {
      assistant_id: 'hitl',
      command: { resume: [{ type: 'accept' }, { type: 'accept' }] },
    });
    expect(answer.status).toBe(422);
    expect(await server.client.threads.get(threadId)).toMatchObject({ status: 'interrupted' });
  });
});

describe('a question in the older words', () => {
  const ask = async (): Promise<string> => {
    const { thread_id: threadId } = await server.client.threads.create();
    await server.client.runs.wait(threadId, 'human-interrupt', { input: {} });
    return threadId;
  };

  it('is shown in the newer words too', async () => {
    const { interrupts } = await server.client.threads.get(await ask());
    expect(Object.values(interrupts).flat()[0]?.value).toMatchObject({
      action_request: { action: 'send', args: { to: 'a@example.org' } },
      action_requests: [{ name: 'send', args: { to: 'a@example.org' }, arguments: { to: 'a@example.org' } }],
      review_configs: [{ action_name: 'send', allowed_decisions: ['approve', 'edit', 'reject', 'respond'] }],
    });
  });

  it.each([
    [{ type: 'approve' }, { type: 'accept', args: null }],
    [
      { type: 'edit', edited_action: { name: 'send', args: { to: 'b@example.org' } } },
      { type: 'edit', args: { action: 'send', args: { to: 'b@example.org' } } },
    ],
    [
      { type: 'reject', message: 'no' },
      { type: 'response', args: 'no' },
    ],
    [{ type: 'reject' }, { type: 'ignore', args: null }],
  ])('gets the decision %j in its own', async (decision, expected) => {
    const resume = { decisions: [decision] };
    const values = await server.client.runs.wait(await ask(), 'human-interrupt', { command: { resume } });
    expect(values).toMatchObject({ decision: [expected] });
  });
});

describe('with HOLDPOINT_APPROVAL_DIALECTS=off', () => {
  it('questions and answers pass as they are', async () => {
    const off = await startServerProcess({ config, env: { HOLDPOINT_APPROVAL_DIALECTS: 'off' } });
    try {
      const { thread_id: threadId } = await off.client.threads.create();
      await off.client.runs.wait(threadId, 'human-interrupt', { input: {} });
      const { interrupts } = await off.client.threads.get(threadId);
      expect(Object.keys(Object.values(interrupts).flat()[0]?.value as object)).toEqual([
        'action_request',
        'config',
        'description',
      ]);
      const resume = { decisions: [{ type: 'approve' }] };
      const values = await off.client.runs.wait(threadId, 'human-interrupt', { command: { resume } });
      expect(values).toMatchObject({ decision: resume });
    } finally {
      await off.kill('SIGTERM');
    }
  });
});
