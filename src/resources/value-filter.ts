import { isDeepStrictEqual } from 'node:util';
import { HoldpointError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';

type Compare = (value: unknown, expected: unknown) => boolean;

/** Numbers as numbers, texts as texts; nothing else has an order. */
const ordered =
  (holds: (a: number | string, b: number | string) => boolean): Compare =>
  (value, expected) => {
    if (typeof value === 'string' && typeof expected === 'string') return holds(value, expected);
    if (typeof value === 'number' && typeof expected === 'number') return holds(value, expected);
    return false;
  };

const OPERATORS: Record<string, Compare> = {
  $eq: isDeepStrictEqual,
  $ne: (value, expected) => !isDeepStrictEqual(value, expected),
  $gt: ordered((a, b) => a > b),
  $gte: ordered((a, b) => a >= b),
  $lt: ordered((a, b) => a < b),
  $lte: ordered((a, b) => a <= b),
  $in: (value, expected) => listOf(expected).some((one) => isDeepStrictEqual(value, one)),
  $nin: (value, expected) => !listOf(expected).some((one) => isDeepStrictEqual(value, one)),
};

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);

/**
 * A test for values: each field of `filter` must be equal, or pass the operators given for it.
 * @throws {HoldpointError} `invalid_request` for an operator that does not exist.
 */
export const valueFilter = (
  filter: Record<string, unknown>,
): ((value: Record<string, unknown>) => boolean) => {
  const tests = Object.entries(filter).map(([field, expected]) => {
    const test = isOperators(expected) ? operatorTest(field, expected) : equalTo(expected);
    return (value: Record<string, unknown>) => test(Object.hasOwn(value, field) ? value[field] : undefined);
  });
  return (value) => tests.every((test) => test(value));
};

const isOperators = (expected: unknown): expected is Record<string, unknown> =>
  isRecord(expected) && Object.keys(expected).some((name) => name.startsWith('$'));

const equalTo = (expected: unknown) => (value: unknown) => isDeepStrictEqual(value, expected);

const operatorTest = (field: string, operators: Record<string, unknown>) => {
  const parts = Object.entries(operators).map(([name, expected]) => {
    const compare = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (!compare) throw unknownOperator(field, name);
    return (value: unknown) => compare(value, expected);
  });
  return (value: unknown) => parts.every((part) => part(value));
};

const unknownOperator = (field: string, name: string): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `filter.${field}: ${name} is no operator. Use ${Object.keys(OPERATORS).join(', ')}.`,
    { details: { field: `filter.${field}` } },
  );
