import { expect, it } from 'vitest';
import { valueFilter } from '../../src/resources/value-filter.ts';

it('finds what is one of many values as fast as one of few', { timeout: 2000 }, () => {
  const many = Array.from({ length: 20_000 }, (_, n) => ({ n, of: ['a'] }));
  const passes = valueFilter({ at: { $in: many } });
  const fails = valueFilter({ at: { $nin: many } });
  const items = Array.from({ length: 1000 }, (_, n) => ({ at: { of: ['a'], n: n + 19_500 } }));
  expect(items.filter(passes)).toHaveLength(500);
  expect(items.filter(fails)).toHaveLength(500);
});

it.each([
  [{ $in: [{ a: 1, b: [2] }] }, true],
  [{ $in: [{ a: 1, b: ['2'] }] }, false],
  [{ $in: ['{"a":1,"b":[2]}'] }, false],
  [{ $in: { a: 1 } }, false],
  [{ $nin: [null, 'x'] }, true],
])('by %j an object is found by what it holds: %s', (at, found) => {
  expect(valueFilter({ at })({ at: { b: [2], a: 1 } })).toBe(found);
});

it('finds what is not there by that it is not one of them', () => {
  expect(valueFilter({ at: { $in: [null] } })({})).toBe(false);
  expect(valueFilter({ at: { $nin: [null] } })({})).toBe(true);
});
