import type { Scope } from './api-key.ts';

/** Who asks. */
export interface Principal {
  identity: string;
  displayName: string;
  permissions: string[];
  /** All that the project's own authentication said of the user. */
  user: Record<string, unknown>;
  /** Set for who came by an API key: which, and what it may do. */
  key?: { keyId: string; scopes: readonly Scope[] };
}

/** Who everybody is while nobody is asked who they are. */
export const ANYBODY = 'user';
