import type { QueryConfig } from 'pg';

/** Statements that get a name; far more than the code has, so that only generated filters go without. */
const MAX_NAMES = 500;

const names = new Map<string, string>();

/**
 * The statement with a name of its own, so that a connection prepares it once. Text that Postgres cannot hold (a NUL
 * character) is sent as U+FFFD rather than refused.
 */
export const prepared = (text: string, parameters: readonly unknown[]): QueryConfig => ({
  text,
  values: parameters.map(withoutNul),
  ...nameOf(text),
});

/** A table has changed since this statement was prepared: it gets another name. */
export const prepareAnew = (text: string): void => {
  if (names.delete(text)) names.set(text, `h${++renamed}r`);
};

let renamed = 0;

const nameOf = (text: string): { name?: string } => {
  const known = names.get(text);
  if (known !== undefined) return { name: known };
  if (names.size >= MAX_NAMES) return {};
  const name = `h${names.size}`;
  names.set(text, name);
  return { name };
};

export const withoutNul = (value: unknown): unknown => {
  if (typeof value === 'string') return value.includes('\0') ? value.replaceAll('\0', '\uFFFD') : value;
  return Array.isArray(value) ? value.map(withoutNul) : value;
};
