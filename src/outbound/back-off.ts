/** No wait is longer. */
const MOST_MS = 3_600_000;

/**
 * How long to wait after so many failed attempts: three times as long each time, an hour at most, and shortened
 * at random by up to a half, so that messages that failed together do not come back together.
 * @param random in [0, 1)
 */
export const backOffMs = (attempts: number, firstMs: number, random: number): number =>
  Math.min(firstMs * 3 ** (attempts - 1), MOST_MS) * (1 - random / 2);

/** What a receiver asked for in `Retry-After`, in milliseconds, an hour at most; 0 when it did not, or not in seconds. */
export const retryAfterMs = (header: string | undefined): number => {
  const seconds = /^\d{1,9}$/.test(header ?? '') ? Number(header) : 0;
  return Math.min(seconds * 1000, MOST_MS);
};
