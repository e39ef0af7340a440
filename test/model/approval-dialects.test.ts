import { describe, expect, it } from 'vitest';
import { inDialectOf, inTheirDialects, withDialects } from '../../src/model/approval-dialects.ts';
import { approvalQuestion } from '../../src/gates/question.ts';

const HITL = {
  actionRequests: [
    { name: 'a', args: { n: 1 }, description: 'First' },
    { name: 'b', args: { n: 2 } },
  ],
  reviewConfigs: [
    { actionName: 'a', allowedDecisions: ['approve', 'respond'] },
    { actionName: 'b', allowedDecisions: ['approve', 'reject'] },
  ],
  own: 'field',
};

describe('a question', () => {
  it('keeps all it has when the words of other families are added', () => {
    const shown = withDialects(HITL) as typeof HITL;
    expect(shown).toMatchObject(HITL);
    expect(withDialects(shown)).toEqual(shown);
  });

  it('of our own gate speaks every dialect already and stays as it is', () => {
    const decisions = ['approve', 'edit', 'reject', 'respond'] as const;
    const question = approvalQuestion([{ id: '1', name: 'a', args: {}, description: 'd', decisions }]);
    expect(withDialects(question)).toEqual(question);
    const answer = [{ type: 'accept', args: null }];
    expect(inDialectOf(question, answer)).toBe(answer);
  });

  it.each([
    'go?',
    null,
    7,
    [],
    {},
    { action_requests: [] },
    { action_requests: 'none' },
    { action_request: 'x', config: {} },
  ])('that is about no action stays as it is: %j', (question) => {
    expect(withDialects(question)).toBe(question);
  });
});

describe('an answer', () => {
  it('says for each action what was decided, in order', () => {
    expect(
      inDialectOf(HITL, [
        { type: 'response', args: 'later' },
        { type: 'response', args: 'no' },
      ]),
    ).toEqual({
      decisions: [
        { type: 'respond', message: 'later' },
        { type: 'reject', message: 'no' },
      ],
    });
  });

  it('about another number of actions is refused, never guessed at', () => {
    expect(() => inDialectOf(HITL, [{ type: 'accept' }])).toThrow('2 actions');
  });

  it.each(['yes', null, { approved: true }, [{ type: 'yes' }], []])(
    'in no family’s words stays as it is: %j',
    (answer) => {
      expect(inDialectOf(HITL, answer)).toBe(answer);
    },
  );

  it('is put into the words of the question it is for', () => {
    const human = { action_request: { action: 'a', args: {} }, config: { allow_respond: false } };
    const questions = {
      task: [
        { id: 'one', value: human },
        { id: 'two', value: 'free?' },
      ],
    };
    const decisions = { decisions: [{ type: 'reject', message: 'no' }] };
    expect(inTheirDialects({ one: decisions, two: decisions }, questions)).toEqual({
      one: [{ type: 'ignore', args: null }],
      two: decisions,
    });
  });
});
