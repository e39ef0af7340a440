import { expect, it } from 'vitest';
import { outcomeOfError } from '../../src/engine/outcome.ts';

const messageOf = (error: Error): string => {
  const outcome = outcomeOfError(error, { abortReason: undefined, run: { drainRequested: false } });
  return outcome.kind === 'failed' ? outcome.failure.message : '';
};

it(
  'keeps the beginning of a very long message of an error, and says how much more there was',
  { timeout: 2000 },
  () => {
    const message = messageOf(new Error('bad ' + 'a'.repeat(200_000)));
    expect(message).toMatch(/^bad a+… \(180004 more characters\)$/);
    expect(message.length).toBeLessThan(20_100);
  },
);

it('keeps every other message whole, without the secrets in it', () => {
  expect(messageOf(new RangeError('the tool broke'))).toBe('the tool broke');
  expect(messageOf(new Error('smtp://anna:pa55word@mail.example failed'))).toBe(
    'smtp://anna:[redacted]@mail.example failed',
  );
});
