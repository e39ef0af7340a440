import { isDeepStrictEqual } from 'node:util';
import { HoldpointError } from '../model/errors.ts';
import { canonicalJson, isRecord } from '../model/json.ts';

type Test = (value: unknown) => boolean;

/** What an operator makes of what stands behind it, once for all values. */
type Operator = (expected: unknown) => Test;

/** Numbers as numbers, texts as texts; nothing else has an order. */
const ordered =
  (holds: (a: number | string, b: number | string) => boolean): Operator =>
  (expected) =>
  (value) => {
    if (typeof value === 'string' && typeof expected === 'string') return holds(value, expected);
    if (typeof value === 'number' && typeof expected === 'number') return holds(value, expected);
    return false;
  };

const equalTo: Operator = (expected) => (value) => isDeepStrictEqual(value, expected);

const oneOf: Operator = (expected) => {
  const all = new Set(Array.isArray(expected) ? expected.map(canonicalJson) : []);
  return (value) => all.has(canonicalJson(value));
};

const not =
  (operator: Operator): Operator =>
  (expected) => {
    const test = operator(expected);
    return (value) => !test(value);
  };

const OPERATORS: Record<string, Operator> = {
  $eq: equalTo,
  $ne: not(equalTo),
  $gt: ordered((a, b) => a > b),
  $gte: ordered((a, b) => a >= b),
  $lt: ordered((a, b) => a < b),
  $lte: ordered((a, b) => a <= b),
  $in: oneOf,
  $nin: not(oneOf),
};

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

const operatorTest = (field: string, operators: Record<string, unknown>): Test => {
  const parts = Object.entries(operators).map(([name, expected]) => {
    const operator = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
    if (!operator) throw unknownOperator(field, name);
    return operator(expected);
  });
  return (value) => parts.every((part) => part(value));
};

const unknownOperator = (field: string, name: string): HoldpointError =>
  new HoldpointError(
    'invalid_request',
    `filter.${field}: ${name} is no operator. Use ${Object.keys(OPERATORS).join(', ')}.`,
    { details: { field: `filter.${field}` } },
  );
