import { isRecord } from './json.ts';

/** Values that a JSON payload must have, by path: `{ "order.items[0].id": 7 }`. A leading `$.` may be written. */
export type JsonMatch = Record<string, unknown>;

/** The steps of a path, or undefined when it is none: `a.b[0]["c.d"]`. */
export const parsePath = (path: string): (string | number)[] | undefined => {
  if (path.startsWith('.')) return undefined;
  const rest = path.replace(/^\$\.?/, '');
  const steps: (string | number)[] = [];
  let at = 0;
  for (const step of rest.matchAll(STEP)) {
    if (step.index !== at) return undefined;
    at += step[0].length;
    const [, index, quoted, name] = step;
    if (index !== undefined) steps.push(Number(index));
    else steps.push(quoted ?? name ?? '');
  }
  return at === rest.length && (steps.length > 0 || path === '$') ? steps : undefined;
};

const STEP = /\[(\d{1,9})\]|\[(?:"|')([^"']*)(?:"|')\]|(?:(?<=^)|\.)([^.[\]]+)/g;

/** Whether the payload has each of the values. */
export const matches = (payload: unknown, match: JsonMatch): boolean =>
  Object.entries(match).every(([path, expected]) => {
    const steps = parsePath(path);
    return steps !== undefined && sameJson(valueAt(payload, steps), expected);
  });

const valueAt = (value: unknown, [step, ...rest]: (string | number)[]): unknown => {
  if (step === undefined) return value;
  if (Array.isArray(value)) return typeof step === 'number' ? valueAt(value[step], rest) : undefined;
  return isRecord(value) && Object.hasOwn(value, step) ? valueAt(value[step], rest) : undefined;
};

/** Whether two JSON values are the same, whatever the order of their keys. */
export const sameJson = (a: unknown, b: unknown): boolean => {
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]));
  if (isRecord(a) && isRecord(b)) {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
    );
  }
  return a === b;
};
