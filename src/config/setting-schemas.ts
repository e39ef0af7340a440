import { z } from 'zod';

/** 24 days: with what is added to it, still no more than a timer can wait. It takes 1 ms for more. */
const LONGEST_WAIT_MS = 2_147_000_000;
const HUNDRED_YEARS_MS = 100 * 365 * 86_400_000;

/** A whole number in digits: a space would be 0 to JavaScript, and 0x50 another number than it shows. */
export const whole = (least = 0, most = Number.MAX_SAFE_INTEGER) =>
  z
    .string()
    .regex(/^-?\d+$/, 'expected a whole number')
    .transform(Number)
    .pipe(z.number().min(least).max(most));

/** A time in milliseconds for which something waits. */
export const ms = (fallback: number) => whole(1, LONGEST_WAIT_MS).default(fallback);

/** The same where 0 means without end. */
export const msOrNone = whole(0, LONGEST_WAIT_MS).default(0);

/** A time in milliseconds for which something is kept. */
export const ageMs = (fallback: number) => whole(1, HUNDRED_YEARS_MS).default(fallback);

export const count = (fallback: number) => whole(1).default(fallback);

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

/** A URL of a server. */
export const urlOf = (protocol: RegExp) => z.url({ protocol, hostname: /./ });

const MAILBOX = /^(?:[^<>\r\n]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/;

/** A sender: `agents@example.com`, or `Agents <agents@example.com>`. */
export const mailbox = (fallback: string) =>
  z.string().regex(MAILBOX, 'expected a mail address').default(fallback);
