import { setTimeout as wait } from 'node:timers/promises';

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 30_000;

const property = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;

const header = (error: unknown, name: string): unknown => {
  const headers = property(error, 'headers');
  return headers instanceof Headers ? headers.get(name) : property(headers, name);
};

/**
 * Whether another attempt may go better: a rate limit, an overloaded or failing server, a broken connection. Not a
 * request or a key that is refused, an exhausted quota, or an abort.
 */
const mayPass = (error: unknown): boolean => {
  if (property(error, 'name') === 'AbortError') return false;
  if (property(error, 'code') === 'insufficient_quota') return false;
  const status = property(error, 'status');
  return typeof status !== 'number' || status === 408 || status === 409 || status === 429 || status >= 500;
};

/** As long as the server asks for, else twice as long as before; with a random part, so that many do not come at once. */
const waitMs = (error: unknown, attempt: number): number => {
  const asked = Number(header(error, 'retry-after') ?? NaN) * 1000;
  const own = FIRST_WAIT_MS * 2 ** attempt * (0.5 + Math.random() / 2);
  return Math.min(Number.isFinite(asked) ? asked : own, LONGEST_WAIT_MS);
};

/**
 * Does `work`, up to four times, as long as its errors may pass. Waits in between at most 30 s each.
 * @throws the last error, or that of the abort.
 */
export const withRetries = async <T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> => {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      signal?.throwIfAborted();
      if (attempt + 1 >= ATTEMPTS || !mayPass(error)) throw error;
      await wait(waitMs(error, attempt), undefined, signal === undefined ? {} : { signal });
    }
  }
};
