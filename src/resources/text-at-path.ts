import { isRecord } from '../model/json.ts';

/**
 * The texts at `path` of a value: `$` is the whole of it, `a.b` a field, `a[0]`, `a[-1]` and `a[*]` elements.
 * What is not there has no texts; what is no text is taken as JSON.
 */
export const textsAtPath = (value: unknown, path: string): string[] =>
  path === '$' ? textOf(value) : follow([value], tokens(path)).flatMap(textOf);

const tokens = (path: string): string[] =>
  path
    .replaceAll('[', '.[')
    .split('.')
    .filter((token) => token !== '' && token !== '$');

const follow = (values: unknown[], [token, ...rest]: string[]): unknown[] => {
  if (token === undefined) return values;
  return follow(
    values.flatMap((value) => step(value, token)),
    rest,
  );
};

const step = (value: unknown, token: string): unknown[] => {
  const index = /^\[(\*|-?\d+)\]$/.exec(token)?.[1];
  if (index === undefined) return isRecord(value) && Object.hasOwn(value, token) ? [value[token]] : [];
  if (!Array.isArray(value)) return [];
  return index === '*' ? (value as unknown[]) : [(value as unknown[]).at(Number(index))];
};

const textOf = (value: unknown): string[] => {
  if (value === null || value === undefined) return [];
  return [typeof value === 'string' ? value : JSON.stringify(value)];
};
