import { HoldpointError } from './errors.ts';
import type { JsonObject } from './json.ts';

/** So many keys may the metadata of a thread, an assistant or a run have: all of them go to every call within a run. */
export const MOST_KEYS = 100;

/**
 * Metadata with a change merged into it. What the server itself says there may make it larger, but no change then.
 * @throws {HoldpointError} `invalid_request` when it would grow beyond {@link MOST_KEYS} keys.
 */
export const mergeMetadata = (before: JsonObject, change: JsonObject = {}): JsonObject => {
  const merged = { ...before, ...change };
  const keys = Object.keys(merged).length;
  if (keys <= MOST_KEYS || keys === Object.keys(before).length) return merged;
  throw new HoldpointError(
    'invalid_request',
    `metadata: may have ${MOST_KEYS} keys, and would have ${keys}`,
    {
      details: { field: 'metadata' },
    },
  );
};
