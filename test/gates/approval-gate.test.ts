import { AIMessage, type BaseMessage } from '@langchain/core/messages';
import { Command } from '@langchain/langgraph';
import { describe, expect, it } from 'vitest';
import { pendingToolCalls } from '../../src/gates/index.ts';
import { aiTurn, gatedGraph, questionOf, toolMessages } from './gated-graph.ts';

const writeAndMail = () =>
  aiTurn(
    { name: 'write', args: { path: 'a.md' } },
    { name: 'search', args: { q: 'x' } },
    { name: 'mail', args: { to: 'x' } },
  );
const policy = { write: 'always', mail: 'always', search: 'never' } as const;

const shapeOf = (messages: BaseMessage[]): string[] =>
  messages.map((message) =>
    message.type === 'tool' ? `tool:${(message as { tool_call_id?: string }).tool_call_id}` : message.type,
  );

describe('the question of a gate', () => {
  it('is one interrupt with one entry per held call, in every shape that clients read', async () => {
    const { start, ran } = gatedGraph({
      turn: writeAndMail(),
      policy: {
        ...policy,
        write: {
          hold: 'always',
          description: (args) => `Write ${String(args['path'])}`,
          decisions: ['approve', 'reject'],
        },
      },
    });
    const question = questionOf(await start());
    expect(ran).toEqual([]);
    const mailText = 'The tool mail was selected and has not run. Approve, change or refuse the call.';
    expect(question.action_requests).toEqual([
      {
        name: 'write',
        args: { path: 'a.md' },
        arguments: { path: 'a.md' },
        description: 'Write a.md',
        tool_call_id: 'call_0',
        toolCallId: 'call_0',
      },
      {
        name: 'mail',
        args: { to: 'x' },
        arguments: { to: 'x' },
        description: mailText,
        tool_call_id: 'call_2',
        toolCallId: 'call_2',
      },
    ]);
    expect(question.review_configs).toEqual([
      {
        action_name: 'write',
        actionName: 'write',
        allowed_decisions: ['approve', 'reject'],
        allowedDecisions: ['approve', 'reject'],
      },
      {
        action_name: 'mail',
        actionName: 'mail',
        allowed_decisions: ['approve', 'edit', 'reject', 'respond'],
        allowedDecisions: ['approve', 'edit', 'reject', 'respond'],
      },
    ]);
    expect(question.actionRequests).toEqual(question.action_requests);
    expect(question.reviewConfigs).toEqual(question.review_configs);
    expect(question.action_request).toEqual({ action: 'write', args: { path: 'a.md' } });
    expect(question.config).toEqual({
      allow_accept: true,
      allow_edit: false,
      allow_respond: false,
      allow_ignore: false,
    });
    expect(question.description).toBe('2 tool calls wait for a decision each: write, mail.');
    expect(question).not.toHaveProperty('error');
  });

  it('is not asked when the policy holds nothing', async () => {
    const { start, ran } = gatedGraph({ turn: aiTurn({ name: 'search' }), policy });
    const result = await start();
    expect(ran).toEqual([{ name: 'search', args: {} }]);
    expect(result.messages.at(-1)?.text).toBe('done');
    expect(result.decisions).toEqual([]);
  });

  it('depends on the arguments when the policy is a function', async () => {
    const byMethod = { http: (args: Record<string, unknown>) => args['method'] !== 'GET' };
    const get = gatedGraph({ turn: aiTurn({ name: 'http', args: { method: 'GET' } }), policy: byMethod });
    await get.start();
    expect(get.ran).toHaveLength(1);
    const post = gatedGraph({ turn: aiTurn({ name: 'http', args: { method: 'POST' } }), policy: byMethod });
    questionOf(await post.start());
    expect(post.ran).toEqual([]);
  });

  it('is asked about tools the policy forgot, and when a policy function throws', async () => {
    questionOf(await gatedGraph({ turn: aiTurn({ name: 'toString' }), policy }).start());
    const broken = () => {
      throw new Error('broken rule');
    };
    questionOf(await gatedGraph({ turn: aiTurn({ name: 'search' }), policy: { search: broken } }).start());
    const open = gatedGraph({ turn: aiTurn({ name: 'anything' }), policy, otherwise: 'never' });
    await open.start();
    expect(open.ran).toHaveLength(1);
  });
});

describe('a decided batch', () => {
  it('runs what was proposed when all is approved', async () => {
    const { start, answer, ran } = gatedGraph({ turn: writeAndMail(), policy });
    await start();
    const result = await answer({ decisions: [{ type: 'approve' }, { type: 'approve' }] });
    expect(ran).toEqual([
      { name: 'write', args: { path: 'a.md' } },
      { name: 'search', args: { q: 'x' } },
      { name: 'mail', args: { to: 'x' } },
    ]);
    expect(result.messages.at(-1)?.text).toBe('done');
  });

  it.each([{ prebuiltToolNode: false }, { prebuiltToolNode: true }])(
    'runs exactly the approved call when another is rejected (prebuilt ToolNode: $prebuiltToolNode)',
    async ({ prebuiltToolNode }) => {
      const { start, answer, ran } = gatedGraph({ turn: writeAndMail(), policy, prebuiltToolNode });
      await start();
      const result = await answer({
        decisions: [{ type: 'approve' }, { type: 'reject', message: 'no mail today' }],
      });
      expect(ran).toEqual([
        { name: 'write', args: { path: 'a.md' } },
        { name: 'search', args: { q: 'x' } },
      ]);
      expect(shapeOf(result.messages)).toEqual([
        'human',
        'ai',
        'tool:call_2',
        'tool:call_0',
        'tool:call_1',
        'ai',
      ]);
      const [rejected] = toolMessages(result.messages);
      expect(rejected).toMatchObject({ status: 'error', name: 'mail' });
      expect(rejected?.text).toBe(
        'The call to mail was rejected by a person and was not run. Reason: no mail today',
      );
    },
  );

  it('runs the edited arguments and keeps what was proposed', async () => {
    const { start, answer, ran } = gatedGraph({
      turn: aiTurn({ name: 'write', args: { path: 'a.md' } }),
      policy,
    });
    const before = (await start()).messages[1];
    const result = await answer({
      decisions: [{ type: 'edit', editedAction: { name: 'write', args: { path: 'b.md' } } }],
    });
    expect(ran).toEqual([{ name: 'write', args: { path: 'b.md' } }]);
    const after = result.messages[1] as AIMessage;
    expect(after.id).toBe(before?.id);
    expect(after.tool_calls).toMatchObject([{ name: 'write', args: { path: 'b.md' }, id: 'call_0' }]);
    expect(shapeOf(result.messages)).toEqual(['human', 'ai', 'tool:call_0', 'ai']);
    expect(result.decisions).toEqual([
      {
        messageId: result.messages[1]?.id,
        toolCallId: 'call_0',
        tool: 'write',
        decision: 'edit',
        proposed: { path: 'a.md' },
        released: { path: 'b.md' },
      },
    ]);
  });

  it('gives the model the words of the person who answers in place of the tool', async () => {
    const { start, answer, ran } = gatedGraph({ turn: aiTurn({ name: 'write' }), policy });
    await start();
    const result = await answer([{ type: 'response', args: 'It is written already.' }]);
    expect(ran).toEqual([]);
    const [told] = toolMessages(result.messages);
    expect(told).toMatchObject({
      content: 'It is written already.',
      status: 'success',
      tool_call_id: 'call_0',
    });
    expect(result.decisions).toEqual([
      {
        messageId: result.messages[1]?.id,
        toolCallId: 'call_0',
        tool: 'write',
        decision: 'respond',
        proposed: {},
        message: 'It is written already.',
      },
    ]);
  });

  it.each([false, true, 'no', 'approve'])('understands the plain value %j', async (value) => {
    const { start, answer, ran } = gatedGraph({ turn: aiTurn({ name: 'write' }), policy });
    await start();
    await answer(value);
    expect(ran).toHaveLength(value === true || value === 'approve' ? 1 : 0);
  });

  it('changes the arguments wherever the message repeats them', async () => {
    const turn = new AIMessage({
      content: [
        { type: 'text', text: 'Writing.' },
        { type: 'tool_use', id: 'call_0', name: 'write', input: { path: 'a.md' } },
      ],
      tool_calls: [{ id: 'call_0', name: 'write', args: { path: 'a.md' } }],
      additional_kwargs: {
        tool_calls: [
          { id: 'call_0', type: 'function', function: { name: 'write', arguments: '{"path":"a.md"}' } },
        ],
      },
    });
    const { start, answer } = gatedGraph({ turn, policy });
    await start();
    const result = await answer({ type: 'edit', args: { path: 'b.md' } });
    expect(JSON.stringify(result.messages[1])).not.toContain('a.md');
  });

  it('tells calls apart that the model gave one id, or none', async () => {
    const turn = new AIMessage({
      content: '',
      tool_calls: [
        { id: 'same', name: 'write', args: { path: 'a' } },
        { id: 'same', name: 'write', args: { path: 'b' } },
        { name: 'write', args: { path: 'c' } },
      ],
    });
    const { start, answer, ran } = gatedGraph({ turn, policy });
    await start();
    const result = await answer({ decisions: [{ type: 'reject' }, { type: 'approve' }, { type: 'reject' }] });
    expect(ran).toEqual([{ name: 'write', args: { path: 'b' } }]);
    const answered = toolMessages(result.messages).map((message) => message.tool_call_id);
    expect(new Set(answered).size).toBe(3);
    expect((result.messages[1] as AIMessage).tool_calls?.map((call) => call.id).sort()).toEqual(
      answered.sort(),
    );
  });
});

describe('an answer that is not understood', () => {
  it('is asked again with what was wrong and what is accepted, as often as it takes, and runs nothing', async () => {
    const { start, answer, ran } = gatedGraph({ turn: writeAndMail(), policy });
    await start();
    for (const unclear of [
      { decisions: [{ type: 'approve' }] },
      'maybe',
      0,
      '',
      null,
      [],
      { decisions: ['approve', 'hm'] },
    ]) {
      const again = questionOf(await answer(unclear));
      expect(again.error).toContain('not understood');
      expect(again.error).toContain('"approve"');
      expect(again.description).toContain('not understood');
      expect(again.action_requests).toHaveLength(2);
      expect(ran).toEqual([]);
    }
    const result = await answer('approve');
    expect(ran).toHaveLength(3);
    expect(result.decisions).toHaveLength(2);
  });

  it('is asked again when it came as a bare resume, with and without an update beside it', async () => {
    const { start, graph, config, ran } = gatedGraph({ turn: aiTurn({ name: 'write' }), policy });
    await start();
    questionOf(await graph.invoke(new Command({ resume: 'later' }), config));
    questionOf(await graph.invoke(new Command({ resume: false, update: { messages: [] } }), config));
    expect(ran).toEqual([]);
    await graph.invoke(new Command({ resume: 'approve' }), config);
    expect(ran).toHaveLength(1);
  });
});

describe('pendingToolCalls', () => {
  it('are the calls of the last AI message without a result', async () => {
    const { start, answer } = gatedGraph({ turn: aiTurn({ name: 'write' }, { name: 'mail' }), policy });
    const held = await start();
    expect(pendingToolCalls(held.messages).map((call) => call.id)).toEqual(['call_0', 'call_1']);
    const done = await answer('reject');
    expect(pendingToolCalls(done.messages)).toEqual([]);
    expect(pendingToolCalls([])).toEqual([]);
  });
});
