import { AIMessage, HumanMessage, type ToolMessage } from '@langchain/core/messages';
import { type StructuredToolInterface, tool } from '@langchain/core/tools';
import {
  END,
  interrupt,
  isGraphDrained,
  type LangGraphRunnableConfig,
  MemorySaver,
  MessagesAnnotation,
  RunControl,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { toolsNode } from '../../src/gates/index.ts';
import { aiTurn, gatedGraph, recordingTool, toolMessages } from './gated-graph.ts';

const free = { policy: {}, otherwise: 'never' } as const;

const answersOf = async (turn: AIMessage, tools: StructuredToolInterface[]): Promise<ToolMessage[]> =>
  toolMessages((await gatedGraph({ ...free, turn, tools }).start()).messages);

describe('the tools node', () => {
  it('answers every call of the message, in order', async () => {
    const ran: unknown[] = [];
    const answers = await answersOf(aiTurn({ name: 'a' }, { name: 'b' }, { name: 'a' }), [
      recordingTool('a', ran),
      recordingTool('b', ran),
    ]);
    expect(answers.map((answer) => [answer.tool_call_id, answer.text])).toEqual([
      ['call_0', 'a ran'],
      ['call_1', 'b ran'],
      ['call_2', 'a ran'],
    ]);
  });

  it('tells the model what went wrong and goes on with the next call', async () => {
    const fails = tool(
      () => {
        throw new Error('disk on fire');
      },
      { name: 'fails', description: 'fails', schema: z.object({}) },
    );
    const strict = tool(() => 'ran', {
      name: 'strict',
      description: 'strict',
      schema: z.object({ n: z.number() }),
    });
    const answers = await answersOf(
      aiTurn(
        { name: 'fails' },
        { name: 'strict', args: { n: 'one' } },
        { name: 'unknown' },
        { name: 'strict', args: { n: 1 } },
      ),
      [fails, strict],
    );
    expect(answers.map((answer) => answer.status)).toEqual(['error', 'error', 'error', 'success']);
    expect(answers[0]?.text).toBe('fails failed: disk on fire');
    expect(answers[1]?.text).toContain('did not match expected schema');
    expect(answers[2]?.text).toBe('There is no tool unknown. There are: fails, strict.');
    expect(answers[3]?.text).toBe('ran');
  });

  it('tells the model about arguments that are no JSON, and runs nothing for them', async () => {
    const ran: unknown[] = [];
    const turn = new AIMessage({
      content: '',
      invalid_tool_calls: [
        {
          id: 'bad',
          name: 'a',
          args: '{"path": ',
          error: 'Unexpected end of JSON input',
          type: 'invalid_tool_call',
        },
      ],
    });
    const [answer] = await answersOf(turn, [recordingTool('a', ran)]);
    expect(answer).toMatchObject({ tool_call_id: 'bad', status: 'error', name: 'a' });
    expect(answer?.text).toContain('not a JSON object');
    expect(ran).toEqual([]);
  });

  it('lets the interrupt of a tool through', async () => {
    const asks = tool(() => `answered ${String(interrupt('really?'))}`, {
      name: 'asks',
      description: 'asks',
      schema: z.object({}),
    });
    const { start, answer } = gatedGraph({ ...free, turn: aiTurn({ name: 'asks' }), tools: [asks] });
    expect((await start()) as unknown).toMatchObject({ __interrupt__: [{ value: 'really?' }] });
    expect(toolMessages((await answer('yes')).messages)[0]?.text).toBe('answered yes');
  });

  it('does not swallow the drain of a sub-agent inside a tool, whose steps then run exactly once', async () => {
    const control = new RunControl();
    const steps: string[] = [];
    const mails: unknown[] = [];
    const agent = new StateGraph(MessagesAnnotation)
      .addNode('one', () => {
        steps.push('one');
        control.requestDrain('maintenance');
        return {};
      })
      .addNode('two', () => {
        steps.push('two');
        return { messages: [new AIMessage('both steps are done')] };
      })
      .addEdge(START, 'one')
      .addEdge('one', 'two')
      .addEdge('two', END)
      .compile();
    const delegate = tool(
      async (_input, config: LangGraphRunnableConfig) =>
        (await agent.invoke({ messages: [] }, config)).messages.at(-1)?.text,
      { name: 'delegate', description: 'delegate', schema: z.object({}) },
    );
    const turn = aiTurn({ name: 'mail' }, { name: 'delegate' });
    const { graph, config } = gatedGraph({ ...free, turn, tools: [recordingTool('mail', mails), delegate] });
    const drained = await graph
      .invoke({ messages: [new HumanMessage('go')] }, { ...config, control })
      .catch((error: Error) => error);
    expect(isGraphDrained(drained as Error)).toBe(true);
    const result = await graph.invoke(null, config);
    expect(steps).toEqual(['one', 'two']);
    expect(toolMessages(result.messages).map(({ text }) => text)).toEqual([
      'mail ran',
      'both steps are done',
    ]);
    expect(mails).toHaveLength(1);
  });

  it('does not repeat a call that has its result when a later one of the step asks', async () => {
    const mails: unknown[] = [];
    const asks = tool(() => `answered ${String(interrupt('really?'))}`, {
      name: 'asks',
      description: 'asks',
      schema: z.object({}),
    });
    const turn = aiTurn({ name: 'mail' }, { name: 'asks' }, { name: 'mail' }, { name: 'asks' });
    const { start, answer } = gatedGraph({ ...free, turn, tools: [recordingTool('mail', mails), asks] });
    await start();
    await answer('yes');
    const result = await answer('no');
    expect(toolMessages(result.messages).map(({ text }) => text)).toEqual([
      'mail ran',
      'answered yes',
      'mail ran',
      'answered no',
    ]);
    expect(mails).toHaveLength(2);
  });

  it('writes down what ran, and what of it failed', async () => {
    const { start } = gatedGraph({
      ...free,
      turn: aiTurn({ name: 'a', args: { n: 1 } }, { name: 'unknown' }),
      tools: [recordingTool('a', [])],
    });
    expect((await start()).toolRuns).toMatchObject([
      { toolCallId: 'call_0', tool: 'a', args: { n: 1 }, by: 'policy', outcome: 'done' },
      { toolCallId: 'call_1', tool: 'unknown', args: {}, by: 'policy', outcome: 'failed' },
    ]);
  });

  it('starts no further call once the run is aborted', async () => {
    const ran: unknown[] = [];
    const abort = new AbortController();
    const aborts = tool(() => abort.abort(), { name: 'aborts', description: 'aborts', schema: z.object({}) });
    const node = toolsNode([aborts, recordingTool('next', ran)]);
    const state = { messages: [aiTurn({ name: 'aborts' }, { name: 'next' })] };
    await expect(node(state, { signal: abort.signal })).rejects.toThrow('aborted');
    expect(ran).toEqual([]);
  });

  it('works in a graph that keeps no record of decisions', async () => {
    const node = toolsNode([recordingTool('a', [])]);
    const graph = new StateGraph(MessagesAnnotation)
      .addNode('tools', node)
      .addEdge(START, 'tools')
      .compile({ checkpointer: new MemorySaver() });
    const result = await graph.invoke(
      { messages: [aiTurn({ name: 'a' })] },
      { configurable: { thread_id: 't' } },
    );
    expect(result.messages.at(-1)?.text).toBe('a ran');
  });
});
