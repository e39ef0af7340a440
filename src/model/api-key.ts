/**
 * What a key may do. Each stands for itself, but `admin`, which may do everything: `read` sees, `run` starts and
 * cancels work, `decide` answers questions and all that could step past one, `operate` pauses, resumes and stops.
 */
export const SCOPES = ['read', 'run', 'decide', 'operate', 'admin'] as const;

export type Scope = (typeof SCOPES)[number];

/** What a route asks of who calls: a scope, any key at all, or nothing. */
export type RouteScope = Scope | 'any' | 'open';

export interface ApiKey {
  keyId: string;
  /** Who it is in the session log: `key:<name>`. One key in force per name. */
  name: string;
  scopes: readonly Scope[];
  /** SHA-256 of the secret, in hex: the secret itself is nowhere. */
  hash: string;
  createdAt: string;
  expiresAt: string | null;
  /** To the minute. */
  lastUsedAt: string | null;
  revokedAt: string | null;
}

/** Letters that cannot break a line of a log or a table. */
export const KEY_NAME = /^[\p{L}\p{N}][\p{L}\p{N} ._@/-]{0,79}$/u;

const TOKEN = /^hpk_([0-9a-f]{12})_([\w-]{43})$/;

/** What one text is made of, where it looks like a key of this server. */
export const readToken = (text: string): { keyId: string; secret: string } | undefined => {
  const [, keyId, secret] = TOKEN.exec(text) ?? [];
  return keyId === undefined || secret === undefined ? undefined : { keyId, secret };
};

export const formatToken = (keyId: string, secret: string): string => `hpk_${keyId}_${secret}`;

/** Whether a key opens anything at this time (ISO). */
export const isInForce = ({ revokedAt, expiresAt }: ApiKey, now: string): boolean =>
  revokedAt === null && (expiresAt === null || expiresAt > now);

/** Whether these scopes are enough for what is asked. */
export const allows = (scopes: readonly Scope[], asked: RouteScope): boolean =>
  asked === 'open' || asked === 'any' || scopes.includes(asked) || scopes.includes('admin');
