import { z } from 'zod';
import { isRecord } from './json.ts';

/** A record whose entries are few: that is looked at before any of them is. */
export const fewOf = <T extends z.ZodType>(value: T, most: number) => {
  const { $schema: _dialect, ...additionalProperties } = z.toJSONSchema(value, { io: 'input' });
  return z
    .custom<z.input<z.ZodRecord<z.ZodString, T>>>(isRecord, 'Invalid input: expected object')
    .refine((entries) => Object.keys(entries as object).length <= most, `may have ${most} entries`)
    .meta({ type: 'object', maxProperties: most, additionalProperties })
    .pipe(z.record(z.string().min(1).max(MOST_LETTERS), value).meta({ maxProperties: most }));
};

/** Of the name of an entry. */
const MOST_LETTERS = 500;
