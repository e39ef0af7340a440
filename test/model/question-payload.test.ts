import { expect, it } from 'vitest';
import { readQuestion } from '../../src/model/question-payload.ts';

it('a deadline far away stays behind all others, whatever its zone makes of its year', () => {
  const expiresAt = (at: string) => readQuestion({ expires_at: at }).deadline.expiresAt;
  expect(expiresAt('9999-12-31T23:59:59-05:00')).toBe('9999-12-31T23:59:59.999Z');
  expect(expiresAt('+012000-01-01T00:00:00Z')).toBe('9999-12-31T23:59:59.999Z');
  expect(expiresAt('2030-01-01T00:00:00+02:00')).toBe('2029-12-31T22:00:00.000Z');
});
