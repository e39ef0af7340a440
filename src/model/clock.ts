/** Time and identity come from outside, so that tests can set them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
}

export const systemClock: Clock = { now: () => Date.now() };

/** ISO 8601 UTC. */
export const isoTime = (clock: Clock): string => new Date(clock.now()).toISOString();
