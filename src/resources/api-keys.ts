import { createHash, randomBytes } from 'node:crypto';
import { formatToken, isInForce, KEY_NAME, SCOPES, type ApiKey, type Scope } from '../model/api-key.ts';
import type { Clock } from '../model/clock.ts';
import { HoldpointError } from '../model/errors.ts';
import type { Storage } from '../storage/ports.ts';

export interface KeyDeps {
  storage: Pick<Storage, 'apiKeys' | 'transaction'>;
  clock: Clock;
}

export interface CreateKeyInput {
  name: string;
  scopes: readonly string[];
  /** Milliseconds from now; none: until it is revoked. */
  lifetimeMs?: number | undefined;
}

/** Making and taking back keys: what an operator does on the machine of the server. */
export interface ApiKeys {
  /**
   * The only time the token is known to anybody.
   * @throws {HoldpointError} `invalid_request`; `already_exists` when a key in force has the name.
   */
  create(input: CreateKeyInput): Promise<{ key: ApiKey; token: string }>;
  /** Oldest first, with those that open nothing any more. */
  list(): Promise<ApiKey[]>;
  /** By id or name. @throws {HoldpointError} `key_not_found` when none in force is called that. */
  revoke(idOrName: string): Promise<ApiKey>;
}

export const createApiKeys = ({ storage, clock }: KeyDeps): ApiKeys => ({
  create: async ({ name, scopes, lifetimeMs }) => {
    const now = clock.now();
    const secret = randomBytes(32).toString('base64url');
    const key: ApiKey = {
      keyId: randomBytes(6).toString('hex'),
      name: readName(name),
      scopes: readScopes(scopes),
      hash: digest(secret).toString('hex'),
      createdAt: iso(now),
      expiresAt: lifetimeMs === undefined ? null : iso(now + lifetimeMs),
      lastUsedAt: null,
      revokedAt: null,
    };
    await storage.transaction(async ({ apiKeys }) => {
      const taken = (await apiKeys.list()).some((one) => one.name === name && isInForce(one, iso(now)));
      if (taken) throw new HoldpointError('already_exists', `There is a key "${name}" in force.`);
      await apiKeys.insert(key);
    });
    return { key, token: formatToken(key.keyId, secret) };
  },

  list: () => storage.apiKeys.list(),

  revoke: async (idOrName) => {
    const at = iso(clock.now());
    const found = (await storage.apiKeys.list()).find(
      (key) => isInForce(key, at) && (key.keyId === idOrName || key.name === idOrName),
    );
    const revoked =
      found && (await storage.transaction(({ apiKeys }) => apiKeys.revoke({ keyId: found.keyId, at })));
    if (!found || !revoked) throw new HoldpointError('key_not_found', `There is no key "${idOrName}".`);
    return { ...found, revokedAt: at };
  },
});

export const digest = (secret: string): Buffer => createHash('sha256').update(secret).digest();

const iso = (ms: number): string => new Date(ms).toISOString();

const readName = (name: string): string => {
  if (KEY_NAME.test(name)) return name;
  throw new HoldpointError(
    'invalid_request',
    'The name of a key has 1 to 80 letters, digits, spaces or ._@/- and begins with a letter or digit.',
    { details: { field: 'name' } },
  );
};

const readScopes = (given: readonly string[]): Scope[] => {
  const unknown = given.find((scope) => !(SCOPES as readonly string[]).includes(scope));
  if (given.length > 0 && unknown === undefined) return SCOPES.filter((scope) => given.includes(scope));
  const problem = unknown === undefined ? 'Say what the key may do' : `There is no scope "${unknown}"`;
  throw new HoldpointError('invalid_request', `${problem}: any of ${SCOPES.join(', ')}.`, {
    details: { field: 'scopes' },
  });
};
