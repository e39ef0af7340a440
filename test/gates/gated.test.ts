import { AIMessage, type BaseMessage, HumanMessage } from '@langchain/core/messages';
import { type StructuredToolInterface, tool } from '@langchain/core/tools';
import {
  Annotation,
  Command,
  END,
  MemorySaver,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { ToolNode } from '@langchain/langgraph/prebuilt';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  approvalGate,
  type ApprovalQuestion,
  gateChannels,
  gated,
  toolsNode,
} from '../../src/gates/index.ts';
import { waitingQuestions } from '../../src/engine/questions.ts';
import { aiTurn, gatedGraph, questionOf, recordingTool, toolMessages } from './gated-graph.ts';

const free = { policy: {}, otherwise: 'never' } as const;

/** Tools `a`, `b` and `c`, gated, in the node that is given; `open` is not. */
const wrapped = (turn: AIMessage, node: 'ToolNode' | 'toolsNode') => {
  const ran: unknown[] = [];
  const tools = [
    ...['a', 'b', 'c'].map((name) => gated(recordingTool(name, ran))),
    recordingTool('open', ran),
  ];
  const run = node === 'ToolNode' ? new ToolNode(tools) : toolsNode(tools);
  const saver = new MemorySaver();
  const graph = new StateGraph(MessagesAnnotation)
    .addNode('tools', run as ToolNode)
    .addEdge(START, 'tools')
    .compile({ checkpointer: saver });
  const config = { configurable: { thread_id: 'thread' } };
  const questions = async () => {
    const state = await graph.getState(config);
    return state.tasks.flatMap(({ interrupts }) => interrupts) as { id: string; value: ApprovalQuestion }[];
  };
  return {
    ran,
    saver,
    config,
    questions,
    start: () => graph.invoke({ messages: [new HumanMessage('go'), turn] }, config),
    resume: (resume: unknown) => graph.invoke(new Command({ resume }), config),
  };
};

const named = (...names: string[]) => aiTurn(...names.map((name) => ({ name, args: { of: name } })));

/**
 * A model of which each call has the same id, and its gated tool. A `gate` has the first turn decided before; without
 * one, messages have no ids.
 */
const numbering = (calls: Record<string, unknown>[], { gate }: { gate: boolean }) => {
  const ran: unknown[] = [];
  const messages = Annotation<BaseMessage[]>({ reducer: (a, b) => [...a, ...b], default: () => [] });
  const State = Annotation.Root({
    ...MessagesAnnotation.spec,
    ...(gate ? {} : { messages }),
    ...gateChannels,
  });
  const said = (state: typeof State.State) =>
    state.messages.filter((one) => AIMessage.isInstance(one)).length;
  const graph = new StateGraph(State)
    .addNode('model', (state) => {
      const args = calls[said(state)];
      return { messages: [args ? aiTurn({ name: 'pay', args }) : new AIMessage('done')] };
    })
    .addNode('gate', (state, config) =>
      gate && said(state) === 1 ? approvalGate({ policy: {} })(state, config) : {},
    )
    .addNode('tools', toolsNode([gated(recordingTool('pay', ran))]))
    .addEdge(START, 'model')
    .addConditionalEdges('model', (state) => (state.messages.at(-1)?.text === 'done' ? END : 'gate'), [
      'gate',
      END,
    ])
    .addEdge('gate', 'tools')
    .addEdge('tools', 'model')
    .compile({ checkpointer: new MemorySaver() });
  const config = { configurable: { thread_id: 'thread' } };
  return {
    ran,
    start: () => graph.invoke({ messages: [new HumanMessage('go')] }, config),
    resume: (type: string) => graph.invoke(new Command({ resume: { decisions: [{ type }] } }), config),
  };
};

describe('a gated tool in the tools node', () => {
  it('is held with all others of its step in one question, before anything of the step runs', async () => {
    const { start, resume, ran } = wrapped(named('a', 'open', 'b'), 'toolsNode');
    const question = questionOf(await start());
    expect(question.action_requests.map(({ name }) => name)).toEqual(['a', 'b']);
    expect(ran).toEqual([]);
    const result = await resume({ decisions: [{ type: 'reject' }, { type: 'approve' }] });
    expect(ran).toEqual([
      { name: 'open', args: { of: 'open' } },
      { name: 'b', args: { of: 'b' } },
    ]);
    expect(toolMessages(result.messages).map(({ tool_call_id }) => tool_call_id)).toEqual([
      'call_0',
      'call_1',
      'call_2',
    ]);
  });

  it('is not asked about again when a gate before has had it decided, and all of it is on record', async () => {
    const ran: unknown[] = [];
    const tools = [gated(recordingTool('a', ran)), recordingTool('b', ran)];
    const { start, answer } = gatedGraph({
      turn: named('a', 'b'),
      tools,
      policy: { a: { effect: 'irreversible' }, b: { effect: 'read' } },
    });
    expect(questionOf(await start()).review_configs).toMatchObject([{ effect: 'irreversible' }]);
    const result = await answer({ decisions: [{ type: 'edit', args: { of: 'x' }, decided_by: 'ann' }] });
    expect(ran).toHaveLength(2);
    expect(result.decisions).toMatchObject([
      { proposed: { of: 'a' }, released: { of: 'x' }, effect: 'irreversible' },
    ]);
    const { id: messageId } = result.messages[1] ?? {};
    expect(result.toolRuns).toEqual([
      {
        messageId,
        toolCallId: 'call_0',
        tool: 'a',
        args: { of: 'x' },
        by: 'person',
        decidedBy: 'ann',
        outcome: 'done',
      },
      { messageId, toolCallId: 'call_1', tool: 'b', args: { of: 'b' }, by: 'policy', outcome: 'done' },
    ]);
  });
});

describe('a gated tool of a model that gives calls of several turns the same id', () => {
  const asked = (result: unknown) => questionOf(result).action_requests.map(({ args }) => args['to']);

  it.each(['reject', 'approve'])('is asked about anew after %s', async (type) => {
    const { start, resume, ran } = numbering([{ to: 'alice' }, { to: 'mallory' }], { gate: true });
    expect(asked(await start())).toEqual(['alice']);
    expect(asked(await resume(type))).toEqual(['mallory']);
    const paid = ran.length;
    const result = await resume('reject');
    expect(ran).toHaveLength(paid);
    expect(result.decisions).toHaveLength(2);
    expect(result.toolRuns).toHaveLength(paid);
  });

  it.each([true, false])(
    'is asked about anew for the very same call (decided by a gate before, with ids of messages: %s)',
    async (gate) => {
      const { start, resume, ran } = numbering([{ to: 'alice' }, { to: 'alice' }], { gate });
      expect(asked(await start())).toEqual(['alice']);
      expect(asked(await resume('approve'))).toEqual(['alice']);
      expect(ran).toHaveLength(1);
      const result = await resume('reject');
      expect(ran).toHaveLength(1);
      expect(result.toolRuns).toMatchObject([{ args: { to: 'alice' }, by: 'person' }]);
    },
  );
});

describe("a gated tool in LangGraph's own ToolNode", () => {
  it('asks for each call by itself, and runs each once although the node is run again for every answer', async () => {
    const { start, resume, questions, ran } = wrapped(named('a', 'open', 'b', 'c'), 'ToolNode');
    await start();
    const answered: string[] = [];
    for (const type of ['approve', 'reject', 'approve']) {
      const [question] = await questions();
      answered.push(String(question?.value.action_requests[0]?.name));
      await resume({ [String(question?.id)]: { type } });
    }
    expect(await questions()).toEqual([]);
    expect(answered.toSorted()).toEqual(['a', 'b', 'c']);
    expect(ran.filter((run) => (run as { name: string }).name === 'b')).toEqual([]);
    for (const name of ['a', 'c'])
      expect(ran.filter((run) => (run as { name: string }).name === name)).toHaveLength(1);
  });

  it('shows a server every waiting call, each once, and takes all their answers together', async () => {
    const { start, resume, ran, saver, config } = wrapped(named('a', 'b', 'c'), 'ToolNode');
    await start();
    const waiting = Object.values(waitingQuestions(await saver.getTuple(config))).flat();
    const asked = waiting.map(({ value }) => (value as ApprovalQuestion).action_request.action);
    expect(asked.toSorted()).toEqual(['a', 'b', 'c']);
    await resume(Object.fromEntries(waiting.map(({ id }) => [id, 'approve'])));
    expect(ran).toHaveLength(3);
  });

  it('keeps on the result what was decided and what ran, and tells the model of an edit', async () => {
    const { start, resume, ran } = wrapped(named('a'), 'ToolNode');
    await start();
    const result = await resume({ type: 'edit', args: { of: 'me' } });
    expect(ran).toEqual([{ name: 'a', args: { of: 'me' } }]);
    const [message] = toolMessages(result.messages);
    expect(message?.additional_kwargs['decision']).toMatchObject({
      decision: 'edit',
      proposed: { of: 'a' },
      released: { of: 'me' },
    });
    expect(message?.text).toContain('It ran with: {"of":"me"}');
  });

  it.each([
    [{ type: 'reject', message: 'no' }, 'error', 'Reason: no'],
    [[{ type: 'response', args: '0' }], 'success', '0'],
  ])('does not run when it is answered with %j', async (answer, status, text) => {
    const { start, resume, ran } = wrapped(named('a'), 'ToolNode');
    await start();
    const [message] = toolMessages((await resume(answer)).messages);
    expect(ran).toEqual([]);
    expect(message?.status).toBe(status);
    expect(message?.text).toContain(text);
  });

  it('passes what its rule does not hold', async () => {
    const ran: unknown[] = [];
    const byMethod = gated(recordingTool('http', ran), (args) => args['method'] !== 'GET');
    const { start } = gatedGraph({
      ...free,
      turn: aiTurn({ name: 'http', args: { method: 'GET' } }),
      tools: [byMethod],
      prebuiltToolNode: true,
    });
    await start();
    expect(ran).toHaveLength(1);
  });
});

describe('a gated tool', () => {
  it('cannot be run where nobody can be asked', async () => {
    const ran: unknown[] = [];
    const mail = gated(recordingTool('mail', ran));
    await expect(mail.invoke({ to: 'x' })).rejects.toThrow();
    expect(ran).toEqual([]);
  });

  it('looks like the tool it wraps', () => {
    const inner: StructuredToolInterface = tool(() => '', {
      name: 'mail',
      description: 'Sends.',
      schema: z.object({ to: z.string() }),
    });
    const { name, description, schema } = gated(inner);
    expect({ name, description, schema }).toEqual({
      name: 'mail',
      description: 'Sends.',
      schema: inner.schema,
    });
  });
});
