import { describe, expect, it } from 'vitest';
import { findOrderProblem } from '../../src/rehearsal/message-order.ts';

const user = { role: 'user', content: 'go' };
const assistant = { role: 'assistant', content: 'done' };
const calls = (...ids: string[]) => ({
  role: 'assistant',
  content: null,
  tool_calls: ids.map((id) => ({
    id,
    type: 'function' as const,
    function: { name: 'write_file', arguments: '{}' },
  })),
});
const result = (id: string) => ({ role: 'tool', content: 'ok', tool_call_id: id });

describe('the rehearsal model accepts', () => {
  it.each([
    ['a first request', [{ role: 'system', content: 'be kind' }, user]],
    ['a developer message', [{ role: 'developer', content: [{ type: 'text', text: 'be kind' }] }, user]],
    ['results in any order', [user, calls('a', 'b'), result('b'), result('a'), assistant, user]],
    ['several turns with tools', [user, calls('a'), result('a'), calls('b'), result('b')]],
    ['an id used again in a later turn', [user, calls('a'), result('a'), calls('a'), result('a')]],
  ])('%s', (_what, messages) => {
    expect(findOrderProblem(messages)).toBeUndefined();
  });
});

describe('the rehearsal model refuses, as OpenAI does,', () => {
  it.each([
    ['an empty conversation', [], 'empty array'],
    ['an unanswered call at the end', [user, calls('a')], 'call_ids did not have response messages: a'],
    ['a call answered only in part', [user, calls('a', 'b'), result('a'), user], 'response messages: b'],
    [
      'a person speaking between a call and its result',
      [user, calls('a'), user, result('a')],
      'must be followed by',
    ],
    ['a result without a call', [user, result('a')], 'must be a response to'],
    ['a result of another call', [user, calls('a'), result('b')], 'must be a response to'],
    ['a second result of one call', [user, calls('a'), result('a'), result('a')], 'must be a response to'],
    ['one id for two calls', [user, calls('a', 'a'), result('a')], 'Duplicate'],
    ['a message without content', [user, { role: 'assistant', content: null }], 'got null'],
    ['an empty list of content', [{ role: 'user', content: [] }], 'got null'],
    ['an empty list of calls', [user, { ...assistant, tool_calls: [] }], 'empty array'],
    ['an unknown role', [{ role: 'robot', content: 'beep' }], "Invalid value: 'robot'"],
  ])('%s', (_what, messages, problem) => {
    expect(findOrderProblem(messages)?.message).toContain(problem);
  });
});
