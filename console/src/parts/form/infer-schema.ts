import { isRecord } from '../../api/errors.ts';

type Schema = Record<string, unknown>;

/** A schema that the value is of, for a form where no schema is known. */
export const inferSchema = (value: unknown): Schema => {
  if (Array.isArray(value)) return { type: 'array', items: value.length > 0 ? inferSchema(value[0]) : {} };
  if (isRecord(value))
    return {
      type: 'object',
      properties: Object.fromEntries(Object.entries(value).map(([name, of]) => [name, inferSchema(of)])),
    };
  if (typeof value === 'string') return { type: 'string' };
  if (typeof value === 'number') return { type: 'number' };
  if (typeof value === 'boolean') return { type: 'boolean' };
  return {};
};
