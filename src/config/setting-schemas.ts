import { z } from 'zod';

/** A time in milliseconds. */
export const ms = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

export const count = (fallback: number) => z.coerce.number().int().min(1).default(fallback);

/** Words with commas between them. */
export const list = z
  .string()
  .default('')
  .transform((text) =>
    text
      .split(',')
      .map((item) => item.trim())
      .filter((item) => item !== ''),
  );
