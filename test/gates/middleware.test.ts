import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { tool } from '@langchain/core/tools';
import { ChatOpenAI } from '@langchain/openai';
import {
  Command,
  END,
  isGraphDrained,
  type LangGraphRunnableConfig,
  MemorySaver,
  MessagesAnnotation,
  RunControl,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { createAgent } from 'langchain';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { z } from 'zod';
import type { ApprovalPolicy } from '../../src/gates/index.ts';
import { approvalMiddleware } from '../../src/gates/middleware.ts';
import { type ModelRequest, type Reply, startRehearsalModel } from '../../src/rehearsal/index.ts';
import { questionOf, recordingTool, toolMessages } from './gated-graph.ts';

const policy: ApprovalPolicy = { write: 'always', mail: { effect: 'irreversible' }, search: 'never' };

/** LangChain's agent behind the middleware, its model speaking HTTP from a script, its tools noting what they do. */
const useAgent = async (script: Reply[], more: ReturnType<typeof recordingTool>[] = []) => {
  const requests: ModelRequest[] = [];
  const endpoint = await startRehearsalModel({
    script: (request) => {
      requests.push(request);
      return script[request.turn] ?? { text: 'done' };
    },
  });
  onTestFinished(() => endpoint.close());
  const ran: unknown[] = [];
  const agent = createAgent({
    model: new ChatOpenAI({
      model: 'rehearsal',
      apiKey: 'none',
      maxRetries: 0,
      configuration: { baseURL: endpoint.url },
    }),
    tools: [...['write', 'mail', 'search'].map((name) => recordingTool(name, ran)), ...more],
    middleware: [approvalMiddleware({ policy, otherwise: 'never' })],
    checkpointer: new MemorySaver(),
  });
  const config = { configurable: { thread_id: 'thread' } };
  return {
    agent,
    config,
    ran,
    requests,
    say: (text: string) => agent.invoke({ messages: [new HumanMessage(text)] }, config),
    resume: (resume: unknown) => agent.invoke(new Command({ resume }), config),
  };
};

const batch: Reply = {
  toolCalls: [
    { name: 'write', args: { path: 'a' }, id: 'w' },
    { name: 'search', args: { q: 'x' }, id: 's' },
    { name: 'mail', args: { to: 'x' }, id: 'm' },
  ],
};

const roles = (request: ModelRequest | undefined): string[] =>
  request?.messages.map(({ role }) => role) ?? [];

describe('the approval middleware, in createAgent', () => {
  it('asks one question in the superset of all shapes, before anything of the step runs', async () => {
    const { say, ran } = await useAgent([batch]);
    const question = questionOf(await say('go'));
    expect(ran).toEqual([]);
    expect(question.action_requests.map(({ name, args }) => ({ name, args }))).toEqual([
      { name: 'write', args: { path: 'a' } },
      { name: 'mail', args: { to: 'x' } },
    ]);
    expect(question.actionRequests).toEqual(question.action_requests);
    expect(question.review_configs).toMatchObject([{}, { actionName: 'mail', effect: 'irreversible' }]);
  });

  it('runs exactly the approved call when another one of the step is rejected', async () => {
    const { say, resume, ran, requests } = await useAgent([batch]);
    await say('go');
    const result = await resume({ decisions: [{ type: 'reject', message: 'not now' }, { type: 'approve' }] });
    expect(ran).toHaveLength(2);
    expect(ran).toEqual(
      expect.arrayContaining([
        { name: 'search', args: { q: 'x' } },
        { name: 'mail', args: { to: 'x' } },
      ]),
    );
    expect(result.messages.at(-1)?.text).toBe('done');
    expect(roles(requests.at(-1))).toEqual(['user', 'assistant', 'tool', 'tool', 'tool']);
    expect(JSON.stringify(requests.at(-1)?.messages)).toContain('not now');
    expect(result.decisions).toMatchObject([
      { tool: 'write', decision: 'reject' },
      { tool: 'mail', decision: 'approve', effect: 'irreversible' },
    ]);
    expect(result.toolRuns).toMatchObject([
      { toolCallId: 's', tool: 'search', args: { q: 'x' }, by: 'policy', outcome: 'done' },
      { toolCallId: 'm', tool: 'mail', args: { to: 'x' }, by: 'person', outcome: 'done' },
    ]);
  });

  it('keeps a record of each call of a model that gives calls of several turns the same id', async () => {
    const call = (to: string): Reply => ({ toolCalls: [{ name: 'mail', args: { to }, id: 'call_0' }] });
    const { say, resume } = await useAgent([call('a'), call('b'), call('c')]);
    await say('go');
    await resume('approve');
    await resume('reject');
    const result = await resume('approve');
    expect(result.decisions).toHaveLength(3);
    expect(result.toolRuns).toMatchObject([
      { args: { to: 'a' }, by: 'person' },
      { args: { to: 'c' }, by: 'person' },
    ]);
  });

  it('runs edited arguments, and shows in the state what was proposed and what ran', async () => {
    const { say, resume, ran } = await useAgent([{ toolCalls: [{ name: 'mail', args: { to: 'x' } }] }]);
    await say('go');
    const edit = { type: 'edit', editedAction: { name: 'mail', args: { to: 'y', urgent: false } } };
    const result = await resume({ decisions: [edit] });
    expect(ran).toEqual([{ name: 'mail', args: { to: 'y', urgent: false } }]);
    expect(result.decisions).toMatchObject([{ proposed: { to: 'x' }, released: { to: 'y', urgent: false } }]);
    expect(
      (result.messages as BaseMessage[]).filter((message) => AIMessage.isInstance(message))[0],
    ).toMatchObject({
      tool_calls: [{ args: { to: 'y', urgent: false } }],
    });
  });

  it.each([
    ['all rejected', { decisions: [{ type: 'reject' }, { type: 'reject' }] }],
    [
      'all answered by the person',
      [
        { type: 'response', args: 'a' },
        { type: 'response', args: '' },
      ],
    ],
  ])('goes on to the model with %s', async (_what, answer) => {
    const { say, resume, ran } = await useAgent([
      {
        toolCalls: [
          { name: 'write', args: {} },
          { name: 'mail', args: {} },
        ],
      },
    ]);
    await say('go');
    const result = await resume(answer);
    expect(ran).toEqual([]);
    expect(result.messages.at(-1)?.text).toBe('done');
    expect(result.toolRuns ?? []).toEqual([]);
  });

  it('asks again after an answer it cannot understand', async () => {
    const { say, resume, ran } = await useAgent([{ toolCalls: [{ name: 'mail', args: {} }] }]);
    await say('go');
    expect(
      questionOf(await resume({ decisions: [{ type: 'approve' }, { type: 'approve' }] })).error,
    ).toContain('2 of 1');
    expect(ran).toEqual([]);
    await resume(true);
    expect(ran).toHaveLength(1);
  });

  it('shows the model a remark of the person after the tool results', async () => {
    const { agent, config, say, requests } = await useAgent([batch]);
    await say('go');
    await agent.invoke(
      new Command({ resume: 'approve', update: { messages: [new HumanMessage('Be quick.')] } }),
      config,
    );
    expect(roles(requests.at(-1))).toEqual(['user', 'assistant', 'tool', 'tool', 'tool', 'user']);
  });

  it('tells the model of calls it got wrong and of tools that throw', async () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue();
    onTestFinished(() => warn.mockRestore());
    const throws = tool(
      () => {
        throw new Error('disk on fire');
      },
      { name: 'throws', description: 'throws', schema: z.object({}) },
    );
    const { say, requests } = await useAgent(
      [
        { toolCalls: [{ name: 'mail', args: '{"to": "x' }] },
        { toolCalls: [{ name: 'unknown', args: {} }] },
        { toolCalls: [{ name: 'throws', args: {} }] },
      ],
      [throws],
    );
    const result = await say('go');
    expect(result.messages.at(-1)?.text).toBe('done');
    const told = requests.at(-1)?.messages.filter(({ role }) => role === 'tool');
    expect(told?.map(({ content }) => content)).toEqual([
      expect.stringContaining('not a JSON object'),
      expect.stringContaining('unknown'),
      'throws failed: disk on fire',
    ]);
  });

  it('lets the drain of a sub-agent in a tool pass, whose steps then run exactly once', async () => {
    const control = new RunControl();
    const steps: string[] = [];
    const sub = new StateGraph(MessagesAnnotation)
      .addNode('one', () => {
        steps.push('one');
        control.requestDrain('maintenance');
        return {};
      })
      .addNode('two', () => {
        steps.push('two');
        return { messages: [new AIMessage('both')] };
      })
      .addEdge(START, 'one')
      .addEdge('one', 'two')
      .addEdge('two', END)
      .compile();
    const delegate = tool(
      async (_input, config: LangGraphRunnableConfig) =>
        (await sub.invoke({ messages: [] }, config)).messages.at(-1)?.text,
      { name: 'delegate', description: 'delegate', schema: z.object({}) },
    );
    const { agent, config } = await useAgent([{ toolCalls: [{ name: 'delegate', args: {} }] }], [delegate]);
    const drained = await agent
      .invoke({ messages: [new HumanMessage('go')] }, { ...config, control } as typeof config)
      .catch((error: Error) => error);
    expect(isGraphDrained(drained as Error)).toBe(true);
    const result = await agent.invoke(null, config);
    expect(steps).toEqual(['one', 'two']);
    expect(toolMessages(result.messages)[0]?.text).toBe('both');
  });
});
