import { createHash } from 'node:crypto';
import { HoldpointError } from '../model/errors.ts';

/** A request that may be sent several times: whatever it makes is made once. */
export interface Once {
  /** Of what it makes, so that the primary key lets there be one. */
  id: string;
  /** Of all that was asked: the same key with anything else is an error. */
  requestHash: string;
  /** Where the key was given. */
  field: string;
}

/** What a key counts for. */
export interface KeyPlace {
  /** Two callers may have the same key. */
  actor: string;
  kind: 'run' | 'batch' | 'pause' | 'scope pause' | 'resume' | 'stop';
  /** Null where no thread is named. */
  threadId?: string | null;
  /** Which one, of several that one request makes. */
  index?: number;
}

/** The id of what a key makes: always the same, and no other key's. A UUID of version 8, as RFC 9562 has it. */
export const idOfKey = (key: string, { actor, kind, threadId = null, index = 0 }: KeyPlace): string => {
  const bytes = createHash('sha256')
    .update(JSON.stringify([actor, kind, threadId, index, key]))
    .digest();
  bytes[6] = (bytes.readUInt8(6) & 0x0f) | 0x80;
  bytes[8] = (bytes.readUInt8(8) & 0x3f) | 0x80;
  return bytes.toString('hex', 0, 16).replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
};

/**
 * What the same request made before, as `get` finds it by its id; undefined when it made nothing, and without a key.
 * @throws {HoldpointError} `idempotency_key_reused` when another request made it.
 */
export const madeBefore = async <T extends { requestHash?: string | null }>(
  once: Once | undefined,
  get: (id: string) => Promise<T | undefined>,
): Promise<T | undefined> => {
  const made = once && (await get(once.id));
  if (once && made) refuseReuse(once, made.requestHash);
  return made;
};

/** @throws {HoldpointError} `idempotency_key_reused` unless it was the same request. */
export const refuseReuse = ({ requestHash, field }: Once, before: string | null | undefined): void => {
  if (before === requestHash) return;
  throw new HoldpointError(
    'idempotency_key_reused',
    `${field}: was used before, for another request. Send the same request again, or take a new key.`,
    { details: { field } },
  );
};

/**
 * Answers what was done before, or does it. When that fails because the same request was quicker, what that did is the
 * answer. `doIt` must do all or nothing, and nothing when it was done meanwhile.
 */
export const doOnce = async <T>(
  doneBefore: () => Promise<T | undefined>,
  doIt: () => Promise<T>,
): Promise<T> => {
  const before = await doneBefore();
  if (before !== undefined) return before;
  try {
    return await doIt();
  } catch (error) {
    const quicker = await doneBefore();
    if (quicker !== undefined) return quicker;
    throw error;
  }
};
