import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelRequest, type RehearsalModel, startRehearsalModel } from '../../src/rehearsal/index.ts';
import { textOf } from '../../src/rehearsal/chat.ts';
import { startServerProcess, type ServerUnderTest } from '../support/server.ts';
import { startTickets } from './mcp-server.ts';

interface Values {
  messages: { type: string; content: string }[];
  toolRuns: { tool: string; by: string; outcome: string }[];
}

/** Does what it is told in so many words: `call NAME JSON`; afterwards it says what the tool answered. */
const obedient = ({ messages }: ModelRequest) => {
  const last = messages.at(-1);
  if (last?.role === 'tool') return { text: textOf(last) };
  const [, name = '', args = ''] = /^call (\w+) (.*)$/s.exec(textOf(last)) ?? [];
  return { toolCalls: [{ name, args }] };
};

const ADDER = fileURLToPath(new URL('mcp-stdio-server.mjs', import.meta.url));

describe('the default agent, on a server', () => {
  let model: RehearsalModel;
  let server: ServerUnderTest;
  let tickets: Awaited<ReturnType<typeof startTickets>>;

  beforeAll(async () => {
    model = await startRehearsalModel({ script: obedient });
    tickets = await startTickets();
    server = await startServerProcess({
      config: fileURLToPath(new URL('../../langgraph.json', import.meta.url)),
      env: {
        OPENAI_BASE_URL: model.url,
        HOLDPOINT_MCP_SERVERS: JSON.stringify({
          tickets: { url: tickets.url },
          adder: { command: process.execPath, args: [ADDER] },
        }),
      },
    });
  });
  afterAll(async () => {
    await server.kill('SIGTERM');
    await model.close();
    tickets.close();
  });

  /** One task on a thread of its own. */
  const ask = async (task: string, context?: object) => {
    const { thread_id: thread } = await server.client.threads.create();
    const values = await server.client.runs.wait(thread, 'agent', {
      input: { messages: [{ role: 'user', content: task }] },
      ...(context && { context }),
    });
    return { thread, values: values as unknown as Values };
  };

  /** What the session log says of the calls that ran. */
  const toolLines = async (thread: string) => {
    const lines = (await (await fetch(`${server.url}/threads/${thread}/log`)).json()) as {
      kind: string;
      actor: string;
      detail: unknown;
    }[];
    return lines.filter(({ kind }) => kind === 'tool').map(({ actor, detail }) => ({ actor, detail }));
  };

  const last = ({ values }: { values: Values }) => values.messages.at(-1)?.content;

  it('remembers from one thread to the next', async () => {
    expect(last(await ask('call remember {"name": "release day", "text": "We release on Mondays."}'))).toBe(
      'Remembered as "release day".',
    );
    expect(last(await ask('call recall {"query": "when is release day"}'))).toBe(
      'release day: We release on Mondays.',
    );
  });

  it('goes by the context it is given: its tools, its policy', async () => {
    const write = 'call write_file {"path": "a.md", "content": "a"}';
    const context = { tools: ['write_file'], policy: { write_file: 'never' } };
    const held = await ask(write);
    expect((await server.client.threads.get(held.thread)).status).toBe('interrupted');
    const done = await ask(write, context);
    expect(done.values.toolRuns).toMatchObject([{ tool: 'write_file', by: 'policy', outcome: 'done' }]);
    const other = await ask('call list_files {}', context);
    expect(last(other)).toBe('There is no tool list_files. There are: write_file.');
  });

  it('judges an answer that comes without a context by the one the question was asked with', async () => {
    const { thread } = await ask('call list_files {}', { policy: { list_files: 'always' } });
    const values = (await server.client.runs.wait(thread, 'agent', {
      command: { resume: 'reject' },
    })) as unknown as Values;
    expect(values.toolRuns).toEqual([]);
    expect(values.messages.at(-1)?.content).toContain('was rejected by a person');
  });

  it('holds a mail, sends what a person made of it into the outbox, and keeps who decided', async () => {
    const { thread } = await ask('call send_email {"to": "a@example.com", "subject": "s", "text": "t"}');
    const args = { to: 'b@example.com', subject: '0', text: 'false' };
    const values = (await server.client.runs.wait(thread, 'agent', {
      command: {
        resume: {
          decisions: [{ type: 'edit', editedAction: { name: 'send_email', args }, decided_by: 'ann' }],
        },
      },
    })) as unknown as Values;
    expect(values.toolRuns).toMatchObject([
      { tool: 'send_email', by: 'person', decidedBy: 'ann', args, outcome: 'done' },
    ]);
    expect(readdirSync(join(server.dataDir, 'outbox'))).toHaveLength(1);
    expect(await toolLines(thread)).toEqual([
      {
        actor: 'ann',
        detail: { tool: 'send_email', tool_call_id: expect.any(String), args, by: 'person', outcome: 'done' },
      },
    ]);
  });

  it('tells in the log of each call that ran, once, also of those that no person decided', async () => {
    const { thread } = await ask('call remember {"name": "one", "text": "1"}');
    await server.client.runs.wait(thread, 'agent', {
      input: { messages: [{ role: 'user', content: 'call recall {"query": "one"}' }] },
    });
    expect(await toolLines(thread)).toMatchObject([
      { actor: 'policy', detail: { tool: 'remember', args: { name: 'one', text: '1' }, by: 'policy' } },
      { actor: 'policy', detail: { tool: 'recall', args: { query: 'one' }, outcome: 'done' } },
    ]);
  });

  it('holds a call of an MCP server whatever that says of its tools, and makes it once it is approved', async () => {
    const open = 'call tickets__open {"title": "It is broken"}';
    const context = { mcp_servers: ['tickets'] };
    const { thread } = await ask(open, context);
    expect((await server.client.threads.get(thread)).status).toBe('interrupted');
    expect(tickets.opened).toEqual([]);
    const values = (await server.client.runs.wait(thread, 'agent', {
      command: { resume: 'approve' },
    })) as unknown as Values;
    expect(tickets.opened).toEqual(['It is broken']);
    expect(values.messages.at(-1)?.content).toContain('Opened "It is broken" as number 1.');
    expect(values.toolRuns).toMatchObject([{ tool: 'tickets__open', by: 'person', outcome: 'done' }]);
    const loose = await ask(open, { ...context, policy: { tickets__open: 'never' } });
    expect(last(loose)).toContain('number 2');
  });

  it('holds a call of an MCP server that is a program, and starts it once the call is approved', async () => {
    const { thread } = await ask('call adder__add {"a": 2, "b": 40}', { mcp_servers: ['adder'] });
    expect((await server.client.threads.get(thread)).status).toBe('interrupted');
    const values = await server.client.runs.wait(thread, 'agent', { command: { resume: 'approve' } });
    expect(last({ values: values as unknown as Values })).toBe('42');
  });

  it('has only the MCP servers its context names, and says which of them is not set', async () => {
    expect(last(await ask('call tickets__open {"title": "x"}'))).toContain('There is no tool tickets__open.');
    const missing = ask('call list_files {}', { mcp_servers: ['nobody'] });
    await expect(missing).rejects.toThrow('HOLDPOINT_MCP_SERVERS has no nobody');
  });
});
