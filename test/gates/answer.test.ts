import { describe, expect, it } from 'vitest';
import { type Decision, type HeldCall, readAnswer } from '../../src/gates/index.ts';

const write: HeldCall = {
  id: 'call_w',
  name: 'write_file',
  args: { path: 'a.md', content: 'a' },
  description: 'Write a.md',
  decisions: ['approve', 'edit', 'reject', 'respond'],
};
const mail: HeldCall = { ...write, id: 'call_m', name: 'send_email', args: { to: 'x@example.com' } };
const changed = { path: 'b.md', content: 'b' };

const understood = (answer: unknown, held: HeldCall[] = [write]): Decision[] => {
  const reading = readAnswer(answer, held);
  if ('problem' in reading) throw new Error(reading.problem);
  return reading.decisions;
};

const problemOf = (answer: unknown, held: HeldCall[] = [write]): string => {
  const reading = readAnswer(answer, held);
  if ('decisions' in reading) throw new Error(`taken for ${JSON.stringify(reading.decisions)}`);
  return reading.problem;
};

describe('an answer to a held call', () => {
  it.each([
    ['LangChain', { decisions: [{ type: 'approve' }] }],
    ['the Agent Inbox', [{ type: 'accept', args: null }]],
    [
      'the Agent Inbox, with what it showed',
      [{ type: 'accept', args: { action: 'write_file', args: write.args } }],
    ],
    ['the Agent Inbox for LangChain', { decisions: [{ type: 'approve', args: null }] }],
    ['a single object', { type: 'approve' }],
    ['a single older object', { type: 'accept' }],
    ['the word approve', 'approve'],
    ['the word Yes', ' Yes '],
    ['true', true],
    ['a decision that names its call', { decisions: [{ type: 'approve', tool_call_id: 'call_w' }] }],
  ])('is an approval when it comes from %s', (_dialect, answer) => {
    expect(understood(answer)).toEqual([{ type: 'approve' }]);
  });

  it.each([
    ['LangChain JS', { decisions: [{ type: 'edit', editedAction: { name: 'write_file', args: changed } }] }],
    [
      'LangChain Python',
      { decisions: [{ type: 'edit', edited_action: { name: 'write_file', args: changed } }] },
    ],
    ['a client that says arguments', { decisions: [{ type: 'edit', editedAction: { arguments: changed } }] }],
    [
      'a client that sends both casings',
      { decisions: [{ type: 'edit', editedAction: { args: changed }, edited_action: { args: changed } }] },
    ],
    ['the Agent Inbox', [{ type: 'edit', args: { action: 'write_file', args: changed } }]],
    [
      'the Agent Inbox for LangChain',
      { decisions: [{ type: 'edit', args: { action: 'write_file', args: changed } }] },
    ],
    ['a client that sends bare arguments', { type: 'edit', args: changed }],
    ['a client that sends arguments as JSON', { type: 'edit', arguments: JSON.stringify(changed) }],
  ])('is an edit when it comes from %s', (_dialect, answer) => {
    expect(understood(answer)).toEqual([{ type: 'edit', args: changed }]);
  });

  it.each([
    ['LangChain', { decisions: [{ type: 'reject', message: 'not today' }] }, 'not today'],
    ['the Agent Inbox for LangChain', { decisions: [{ type: 'reject', args: 'not today' }] }, 'not today'],
    ['the Agent Inbox, ignoring', [{ type: 'ignore', args: null }], undefined],
    ['the word reject', 'reject', undefined],
    ['the word no', 'no', undefined],
    ['false', false, undefined],
  ])('is a rejection when it comes from %s', (_dialect, answer, message) => {
    expect(understood(answer)).toEqual([
      message === undefined ? { type: 'reject' } : { type: 'reject', message },
    ]);
  });

  it.each([
    ['LangChain', { decisions: [{ type: 'respond', message: 'Ask Ops.' }] }, 'Ask Ops.'],
    ['the Agent Inbox', [{ type: 'response', args: 'Ask Ops.' }], 'Ask Ops.'],
    ['an empty text', { type: 'respond', message: '' }, ''],
    ['zero', { type: 'respond', message: 0 }, '0'],
    ['false as the response', { type: 'respond', message: false }, 'false'],
    ['an object', { type: 'respond', message: { ok: true } }, '{"ok":true}'],
  ])('is a response when it comes from %s', (_dialect, answer, message) => {
    expect(understood(answer)).toEqual([{ type: 'respond', message }]);
  });

  it('keeps who decided and what they said', () => {
    expect(understood({ type: 'approve', message: 'fine', decided_by: 'ops' })).toEqual([
      { type: 'approve', message: 'fine', decidedBy: 'ops' },
    ]);
  });

  it('takes one plain word for all held calls', () => {
    expect(understood('approve', [write, mail])).toEqual([{ type: 'approve' }, { type: 'approve' }]);
    expect(understood(false, [write, mail])).toEqual([{ type: 'reject' }, { type: 'reject' }]);
  });

  it('takes decisions for several calls in their order', () => {
    const answer = {
      decisions: [{ type: 'reject' }, { type: 'edit', editedAction: { args: { to: 'y@example.com' } } }],
    };
    expect(understood(answer, [write, mail])).toEqual([
      { type: 'reject' },
      { type: 'edit', args: { to: 'y@example.com' } },
    ]);
  });

  it.each([
    ['nothing', null, 'no decision'],
    ['a number', 0, 'no decision'],
    ['an empty text', '', 'type'],
    ['an unknown word', 'sure, why not', 'type'],
    ['an empty object', {}, 'type is missing'],
    ['an inherited name', { type: 'constructor' }, 'type'],
    ['an empty list', { decisions: [] }, '0 of 1'],
    ['too many decisions', [{ type: 'accept' }, { type: 'accept' }], '2 of 1'],
    ['decisions that are no list', { decisions: 'approve' }, 'not a list'],
    ['a decision beside a list', { type: 'approve', decisions: [{ type: 'reject' }] }, 'at once'],
    ['an edit without arguments', { type: 'edit' }, 'not an object'],
    ['the bare word edit', 'edit', 'not an object'],
    ['an edit whose arguments are text', { type: 'edit', args: 'b.md' }, 'not an object'],
    [
      'an edit of the tool',
      { type: 'edit', editedAction: { name: 'delete_file', args: changed } },
      'not the tool',
    ],
    [
      'a wrapped edit of the tool',
      { type: 'edit', args: { action: 'delete_file', args: changed } },
      'not the tool',
    ],
    [
      'two different edits',
      { type: 'edit', editedAction: { args: changed }, edited_action: { args: write.args } },
      'differ',
    ],
    ['an approval with an edit', { type: 'approve', editedAction: { args: changed } }, 'at once'],
    [
      'an approval of something else',
      [{ type: 'accept', args: { action: 'write_file', args: changed } }],
      'other arguments',
    ],
    ['a response without words', { type: 'respond' }, 'message'],
    ['a decision about another call', { type: 'approve', tool_call_id: 'call_m' }, 'another tool call'],
  ])('is never taken for an approval when it is %s', (_what, answer, problem) => {
    expect(problemOf(answer)).toContain(problem);
  });

  it('wants as many decisions as there are held calls', () => {
    expect(problemOf({ decisions: [{ type: 'approve' }] }, [write, mail])).toContain('1 of 2');
    expect(problemOf({ type: 'approve' }, [write, mail])).toContain('1 of 2');
  });

  it('names the decision that is at fault', () => {
    expect(problemOf(['approve', 'perhaps'], [write, mail])).toContain('decision 2 (send_email)');
  });

  it('refuses decisions that the policy does not offer', () => {
    expect(problemOf('approve', [{ ...write, decisions: ['edit', 'reject'] }])).toContain(
      'approve is not among edit, reject',
    );
  });

  it('leaves arguments alone that a tool itself calls action and args', () => {
    const call = { ...write, args: { action: 'start', args: {} } };
    const args = { action: 'stop', args: { now: true } };
    expect(understood({ type: 'edit', args }, [call])).toEqual([{ type: 'edit', args }]);
  });
});
