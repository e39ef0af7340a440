import type { z } from 'zod';

/** So many values may a list in a request have, where nothing says another number. */
export const MOST_LISTED = 1000;

/** So many tasks, or writes, may one request ask for. */
export const MOST_ORDERED = 10_000;

/** Behind the first that is wrong in a list or an object nothing is looked at. */
const TO_THE_FIRST: z.core.ParseContextInternal<z.core.$ZodIssue> = { abortEarly: true };

/**
 * Reads by a schema what came from outside. Of a million wrong values it says one: as problems they would take many
 * times their own memory, and the server all its time.
 */
export const check = <T extends z.ZodType>(schema: T, value: unknown) =>
  schema.safeParse(value, TO_THE_FIRST);
