import { type AIMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { Command, InMemoryStore, isInterrupted, MemorySaver } from '@langchain/langgraph';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import type { AgentContext } from '../../graphs/agent/context.ts';
import { graph } from '../../graphs/agent/graph.ts';
import { recall, remember } from '../../graphs/agent/memory.ts';
import { textOf } from '../../src/rehearsal/chat.ts';
import { questionOf } from '../gates/gated-graph.ts';
import { useAgent } from './agent-fixture.ts';
import { startTickets } from './mcp-server.ts';

const input = { messages: [new HumanMessage('Write the list to a.md')] };

/** LangGraph's types want every key of a context; the schema wants none. */
const given = (context?: AgentContext): object => (context === undefined ? {} : { context });

describe('the context of an assistant', () => {
  it('gives two assistants of one graph another model, other instructions, other tools and another policy', async () => {
    const { agent, requests, workspace } = await useAgent();
    const on = (thread_id: string, context?: AgentContext) =>
      agent.invoke(input, { configurable: { thread_id }, ...given(context) });
    questionOf(await on('1'));
    const free = await on('2', {
      model: 'other',
      instructions: 'Speak like a pirate.',
      tools: ['write_file', 'read_file'],
      policy: { write_file: 'never' },
    });
    expect(isInterrupted(free)).toBe(false);
    expect(free.messages.at(-1)?.text).toBe('Done: a.md is written.');
    expect(free.toolRuns).toMatchObject([{ tool: 'write_file', by: 'policy', outcome: 'done' }]);
    expect(workspace).toBeTruthy();
    const [first, second] = requests;
    expect(first).toMatchObject({
      model: 'gpt-5-mini',
      tools: expect.arrayContaining(['send_email', 'recall']),
    });
    expect(second).toMatchObject({ model: 'other', tools: ['read_file', 'write_file'] });
    expect(textOf(first?.messages[0])).not.toContain('pirate');
    expect(textOf(second?.messages[0])).toContain('Speak like a pirate.');
  });

  it('is nothing that an input could say', async () => {
    const { agent, config } = await useAgent();
    const settings = { policy: { write_file: 'never' } };
    const result = await agent.invoke({ ...input, settings, mcpTools: ['write_file'] } as never, config);
    expect(questionOf(result).action_requests).toMatchObject([{ name: 'write_file' }]);
  });

  it('offers only the decisions and the words it says', async () => {
    const { agent, config } = await useAgent();
    const context = {
      policy: { write_file: { decisions: ['approve', 'reject'], description: 'Look twice.' } },
    } satisfies AgentContext;
    const question = questionOf(await agent.invoke(input, { ...config, ...given(context) }));
    expect(question.review_configs[0]?.allowed_decisions).toEqual(['approve', 'reject']);
    expect(question.description).toBe('Look twice.');
  });

  it('decides on an answer that comes without it as it did on the question', async () => {
    const { agent, config, workspace } = await useAgent();
    const context: AgentContext = { policy: { list_files: 'always', write_file: 'always' } };
    await agent.invoke({ messages: [new HumanMessage('List the files')] }, { ...config, ...given(context) });
    const result = await agent.invoke(new Command({ resume: 'reject' }), config);
    expect(result.decisions).toMatchObject([{ tool: 'list_files', decision: 'reject' }]);
    expect(result.toolRuns).toEqual([]);
    expect(workspace).toBeTruthy();
  });

  it.each([
    { tools: ['rm'] },
    { policy: { rm: 'never' } },
    { policy: { write_file: 'sometimes' } },
    { polices: { write_file: 'always' } },
  ])('is refused when it says %j, before the model is asked', async (context) => {
    const { agent, config, requests } = await useAgent();
    await expect(agent.invoke(input, { ...config, ...given(context as AgentContext) })).rejects.toThrow();
    expect(requests).toEqual([]);
  });

  it('may be without any tool', async () => {
    const { agent, config, requests } = await useAgent([{ text: 'Just talk.' }]);
    const result = await agent.invoke(input, { ...config, ...given({ tools: [] }) });
    expect(result.messages.at(-1)?.text).toBe('Just talk.');
    expect(requests[0]?.tools).toEqual([]);
  });
});

describe('tools of MCP servers', () => {
  it('are not called without a question where the server has added them since the model was told of its tools', async () => {
    const tickets = await startTickets();
    onTestFinished(() => tickets.close());
    const { agent, config } = await useAgent(({ turn }) => {
      tickets.grow();
      return turn === 0
        ? { toolCalls: [{ name: 'tickets__close', args: { title: 'All' } }] }
        : { text: 'Well.' };
    });
    vi.stubEnv('HOLDPOINT_MCP_SERVERS', JSON.stringify({ tickets: { url: tickets.url } }));

    const result = await agent.invoke(input, { ...config, ...given({ mcp_servers: ['tickets'] }) });

    expect(tickets.closed).toEqual([]);
    expect(result.messages.at(-2)?.text).toContain('There is no tool tickets__close.');
  });
});

describe('a setting of MCP servers that cannot be used', () => {
  it.each([
    ['is no JSON', '{"tickets": secret', 'it is no JSON'],
    [
      'names a file that is not there',
      '/nowhere/servers.json',
      '/nowhere/servers.json cannot be read (ENOENT)',
    ],
    ['has a server without an address', '{"tickets": {"port": 3}}', 'tickets'],
  ])('is named, without its values, where it %s', async (_, setting, why) => {
    const { agent, config } = await useAgent();
    vi.stubEnv('HOLDPOINT_MCP_SERVERS', setting);
    const failed = agent.invoke(input, { ...config, ...given({ mcp_servers: ['tickets'] }) });
    const { message } = await failed.then(
      () => new Error('it ran'),
      (error: Error) => error,
    );
    expect(message).toContain('HOLDPOINT_MCP_SERVERS cannot be used: ');
    expect(message).toContain(why);
    expect(message).not.toContain('secret');
  });
});

describe('the memory', () => {
  const remembering = [
    { toolCalls: [{ name: 'remember', args: { name: 'release day', text: 'We release on Mondays.' } }] },
    { toolCalls: [{ name: 'remember', args: { name: 'colour', text: 'Green.' } }] },
    { toolCalls: [{ name: 'recall', args: { query: 'when do we release' } }] },
    { toolCalls: [{ name: 'recall', args: {} }] },
    { toolCalls: [{ name: 'recall', args: { query: 'submarine' } }] },
  ];
  const told = (messages: { type: string; text: string }[]) =>
    messages.filter(({ type }) => type === 'tool').map(({ text }) => text);

  it('keeps facts from one conversation to the next, for each assistant by itself', async () => {
    await useAgent(remembering);
    const store = new InMemoryStore();
    const agent = graph.builder.compile({ checkpointer: new MemorySaver(), store });
    const as = (assistant_id: string, thread_id: string, messages: (HumanMessage | AIMessage)[]) =>
      agent.invoke({ messages }, { configurable: { thread_id, assistant_id } });
    const first = await as('a', '1', [new HumanMessage('go')]);
    expect(told(first.messages)).toEqual([
      'Remembered as "release day".',
      'Remembered as "colour".',
      'release day: We release on Mondays.',
      expect.stringMatching(/Mondays[\s\S]*Green|Green[\s\S]*Mondays/),
      'Nothing is remembered about it.',
    ]);
    expect(await store.search(['memories', 'a', 'everybody'])).toHaveLength(2);
    expect(await store.search(['memories', 'b'])).toEqual([]);
    expect(SystemMessage.isInstance(first.messages[0])).toBe(false);
  });

  it("is each user's own, however alike their names are", async () => {
    const store = new InMemoryStore();
    const as = (langgraph_auth_user_id: string) => ({ store, configurable: { langgraph_auth_user_id } });
    const [dotted, ...alike] = ['j.doe', 'j_doe', 'j%2Edoe'].map(as);
    await remember.invoke({ name: 'salary', text: '90000' }, dotted);
    for (const other of alike) expect(await recall.invoke({}, other)).toBe('Nothing is remembered about it.');
    expect(await recall.invoke({}, dotted)).toBe('salary: 90000');
  });

  it('is not that of all, for a user who is called like it', async () => {
    const store = new InMemoryStore();
    const nobody = { store, configurable: {} };
    await remember.invoke({ name: 'door', text: '1234' }, nobody);
    const named = { store, configurable: { langgraph_auth_user_id: 'everybody' } };
    expect(await recall.invoke({}, named)).toBe('Nothing is remembered about it.');
    expect(await recall.invoke({}, nobody)).toBe('door: 1234');
  });

  it('says that it is not there where the server gives no store', async () => {
    const { say } = await useAgent(remembering);
    expect(told((await say('go')).messages)[0]).toMatch(/^remember failed: there is no memory here/);
  });
});
