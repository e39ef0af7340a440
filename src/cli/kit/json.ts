import { UsageError } from './command.ts';

type Fields = Record<string, unknown>;

/** The value of an option that takes JSON. */
export const jsonOf = (option: string, text: string): unknown => {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new UsageError(`${option} must be JSON, not: ${text}`);
  }
};

export const jsonObjectOf = (option: string, text: string): Fields => {
  const value = jsonOf(option, text);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Fields;
  throw new UsageError(`${option} must be a JSON object, not: ${text}`);
};

/** `name=value`: text where there was text before, else JSON where it is JSON, else text. */
export const assignment = (option: string, text: string, before: Fields): [string, unknown] => {
  const [, name, value] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  if (name === undefined || value === undefined)
    throw new UsageError(`${option} must be name=value, not: ${text}`);
  if (typeof before[name] === 'string') return [name, value];
  try {
    return [name, JSON.parse(value) as unknown];
  } catch {
    return [name, value];
  }
};
