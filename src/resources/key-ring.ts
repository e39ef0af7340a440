import { timingSafeEqual } from 'node:crypto';
import { isInForce, readToken, type ApiKey } from '../model/api-key.ts';
import type { Clock } from '../model/clock.ts';
import type { Principal } from '../model/principal.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { digest } from './api-keys.ts';

export interface KeyRingDeps {
  storage: Pick<Storage, 'apiKeys' | 'transaction'>;
  clock: Clock;
  /** `auto`: a key is asked for once one was made, and for ever after; `required`: always; `off`: never. */
  mode: 'auto' | 'required' | 'off';
  log: Logger;
}

/** The keys as the server knows them: never older than a second. */
export interface KeyRing {
  /** Whether callers need a key. */
  asked(): Promise<boolean>;
  /** Whose key this is; undefined when it opens nothing. */
  find(token: string): Promise<Principal | undefined>;
  /** Whether a key that was found is still good. */
  isInForce(keyId: string): Promise<boolean>;
  /** Calls `onGone` within seconds of the key being revoked or expired. Answers how to end that. */
  watch(keyId: string, onGone: () => void): () => void;
}

const FRESH_MS = 1000;
/** A key that is not known may have been made just now. */
const NEW_MS = 50;
const WATCH_EVERY_MS = 2000;
const TOUCH_EVERY_MS = 60_000;

export const createKeyRing = (deps: KeyRingDeps): KeyRing => {
  const { clock, mode } = deps;
  const keys = cachedKeys(deps);
  const touch = lastUse(deps);
  const inForce = async (keyId: string): Promise<ApiKey | undefined> => {
    const key = (await keys()).get(keyId) ?? (await keys(NEW_MS)).get(keyId);
    return key && isInForce(key, new Date(clock.now()).toISOString()) ? key : undefined;
  };
  return {
    asked: async () => mode === 'required' || (mode === 'auto' && (await keys()).size > 0),
    find: async (text) => {
      const token = mode === 'off' ? undefined : readToken(text);
      const key = token && (await inForce(token.keyId));
      if (!key || !timingSafeEqual(Buffer.from(key.hash, 'hex'), digest(token.secret))) return undefined;
      touch(key);
      return principalOf(key);
    },
    isInForce: async (keyId) => (await inForce(keyId)) !== undefined,
    watch: createWatch(inForce),
  };
};

/** The table as it was at most so long ago. */
const cachedKeys = ({
  storage,
  clock,
}: KeyRingDeps): ((freshMs?: number) => Promise<Map<string, ApiKey>>) => {
  let known: Promise<Map<string, ApiKey>> | undefined;
  let readAt = 0;
  return (freshMs = FRESH_MS) => {
    const age = clock.now() - readAt;
    if (known && age >= 0 && age < freshMs) return known;
    readAt = clock.now();
    const reading = storage.apiKeys
      .list()
      .then((keys) => new Map(keys.map((key) => [key.keyId, key] as const)));
    known = reading;
    reading.catch(() => {
      if (known === reading) known = undefined; // the next request asks again
    });
    return reading;
  };
};

/** That it was used is worth a write a minute, and no request waits for it. */
const lastUse = ({ storage, clock, log }: KeyRingDeps): ((key: ApiKey) => void) => {
  const touched = new Map<string, number>();
  return ({ keyId }) => {
    const now = clock.now();
    const before = touched.get(keyId);
    if (before !== undefined && now - before < TOUCH_EVERY_MS) return;
    touched.set(keyId, now);
    const at = new Date(now).toISOString();
    const written = storage.transaction(({ apiKeys }) => apiKeys.touch({ keyId, at }), { flush: false });
    written.catch((error: unknown) => {
      log.warn({ err: error, keyId }, 'the last use of a key could not be written');
    });
  };
};

/** One timer for all that is watched, and none while nothing is. */
const createWatch = (inForce: (keyId: string) => Promise<ApiKey | undefined>): KeyRing['watch'] => {
  const watched = new Set<{ keyId: string; onGone: () => void }>();
  let timer: NodeJS.Timeout | undefined;
  const look = async (): Promise<void> => {
    for (const one of watched) {
      const key = await inForce(one.keyId).catch(() => 'unknown for now' as const);
      if (key === undefined && watched.delete(one)) one.onGone();
    }
    if (watched.size === 0) stop();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return (keyId, onGone) => {
    const one = { keyId, onGone };
    watched.add(one);
    timer ??= setInterval(() => void look(), WATCH_EVERY_MS).unref();
    return () => {
      watched.delete(one);
      if (watched.size === 0) stop();
    };
  };
};

/** Whoever uses a key is the key: its name stands for them in the log and in a project's own rules. */
const principalOf = ({ keyId, name, scopes }: ApiKey): Principal => {
  const identity = `key:${name}`;
  const permissions = [...scopes];
  return {
    identity,
    displayName: name,
    permissions,
    user: { kind: 'ApiKey', identity, display_name: name, is_authenticated: true, permissions },
    key: { keyId, scopes },
  };
};
