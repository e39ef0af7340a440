import type { ApiKey } from '../model/api-key.ts';

export interface ApiKeyStore {
  insert(key: ApiKey): Promise<void>;
  /** Every key there ever was, oldest first. */
  list(): Promise<ApiKey[]>;
  /** False when there is no such key in force. */
  revoke(input: { keyId: string; at: string }): Promise<boolean>;
  /** Writes down when a key was last used. */
  touch(input: { keyId: string; at: string }): Promise<void>;
}
