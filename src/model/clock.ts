/** Time and identity come from outside, so that tests can set them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 UTC. */
export const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString();

const LATEST_MS = Date.UTC(9999, 11, 31, 23, 59, 59, 999);

/** A time of any zone as ISO 8601 in UTC. Times are compared as text, so what is beyond the year 9999 is its end. */
export const toUtc = (at: string): string => new Date(Math.min(Date.parse(at), LATEST_MS)).toISOString();
