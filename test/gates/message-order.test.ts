import { AIMessage, type BaseMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { describe, expect, it } from 'vitest';
import { inLegalOrder } from '../../src/gates/index.ts';
import { aiTurn } from './gated-graph.ts';

const result = (id: string, text = 'ok') => new ToolMessage({ tool_call_id: id, content: text });

const lineOf = (message: BaseMessage): string =>
  ToolMessage.isInstance(message)
    ? `${message.tool_call_id}: ${message.text}`
    : `${message.type}: ${message.text}`;

describe('inLegalOrder', () => {
  it('leaves a legal conversation as it is', () => {
    const messages = [new HumanMessage('go'), aiTurn({ name: 'a' }), result('call_0'), new AIMessage('done')];
    expect(inLegalOrder(messages).map(lineOf)).toEqual(messages.map(lineOf));
  });

  it('leaves out a message without content, which no API takes', () => {
    const empty = [new HumanMessage('gone'), new AIMessage('gone')];
    for (const message of empty) Object.assign(message, { content: undefined });
    expect(inLegalOrder([...empty, new HumanMessage('go')]).map(lineOf)).toEqual(['human: go']);
  });

  it('moves what was said between a call and its result behind the result', () => {
    const messages = [
      aiTurn({ name: 'a' }, { name: 'b' }),
      new HumanMessage('by the way'),
      result('call_1'),
      result('call_0'),
    ];
    expect(inLegalOrder(messages).map(lineOf)).toEqual([
      'ai: I want to use tools.',
      'call_0: ok',
      'call_1: ok',
      'human: by the way',
    ]);
  });

  it('gives a call that was never decided a result that says so', () => {
    const lines = inLegalOrder([aiTurn({ name: 'a' }), new HumanMessage('forget it')]).map(lineOf);
    expect(lines).toEqual([
      'ai: I want to use tools.',
      'call_0: There is no result: this call was not run, because the conversation went on before it was decided.',
      'human: forget it',
    ]);
  });

  it('keeps the first of two results and drops results without a call', () => {
    const messages = [
      aiTurn({ name: 'a' }),
      result('call_0', 'first'),
      result('call_0', 'second'),
      result('gone'),
    ];
    expect(inLegalOrder(messages).map(lineOf)).toEqual(['ai: I want to use tools.', 'call_0: first']);
  });

  it('does not take the result of an earlier turn for a later call of the same id', () => {
    const messages = [
      aiTurn({ name: 'a' }),
      result('call_0', 'one'),
      aiTurn({ name: 'a' }),
      result('call_0', 'two'),
    ];
    expect(inLegalOrder(messages).filter(ToolMessage.isInstance).map(lineOf)).toEqual([
      'call_0: one',
      'call_0: two',
    ]);
  });

  it('shows the model a malformed call of its own together with the result', () => {
    const bad = new AIMessage({
      content: '',
      invalid_tool_calls: [{ id: 'bad', name: 'a', args: '{"x', type: 'invalid_tool_call' }],
    });
    const [shown] = inLegalOrder([bad, result('bad', 'not valid JSON')]);
    expect((shown as AIMessage).tool_calls).toEqual([
      { id: 'bad', name: 'a', args: { not_a_json_object: '{"x' } },
    ]);
    expect(bad.tool_calls).toEqual([]);
  });

  it('never leaves an empty list of content blocks, which model APIs refuse', () => {
    const blocks = new AIMessage({
      content: [{ type: 'tool_call', id: 'a', name: 'a', args: {} }],
      tool_calls: [{ id: 'a', name: 'a', args: {} }],
      response_metadata: { output_version: 'v1' },
    });
    const [shown] = inLegalOrder([blocks, result('a')]);
    expect(shown).toMatchObject({ content: '', tool_calls: [{ id: 'a' }] });
  });
});
