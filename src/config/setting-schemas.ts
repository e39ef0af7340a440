import { z } from 'zod';

/** 24 days: with what is added to it, still no more than a timer can wait. It takes 1 ms for more. */
const LONGEST_WAIT_MS = 2_147_000_000;
const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;

const upTo = (longestMs: number) => z.coerce.number().int().min(1).max(longestMs);

/** A time in milliseconds for which something waits. */
export const ms = (fallback: number) => upTo(LONGEST_WAIT_MS).default(fallback);

/** A time in milliseconds for which something is kept. */
export const ageMs = (fallback: number) => upTo(HUNDRED_YEARS_MS).default(fallback);

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

/** A host; an address of IPv6 is taken with its brackets, as URLs have it, or without. */
export const host = (fallback: string) =>
  z
    .string()
    .default(fallback)
    .transform((text) => text.replace(/^\[(.+)\]$/, '$1'));
