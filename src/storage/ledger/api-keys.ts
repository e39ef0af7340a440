import type { Selectable } from 'kysely';
import type { ApiKey, Scope } from '../../model/api-key.ts';
import type { ApiKeyStore } from '../api-keys.ts';
import type { LedgerConnection } from './connection.ts';
import type { ApiKeysTable } from './schema.ts';

export const createApiKeyStore = (db: LedgerConnection): ApiKeyStore => ({
  insert: async (key) => {
    await db.insertInto('api_keys').values(toRow(key)).execute();
  },

  list: async () => {
    const rows = await db
      .selectFrom('api_keys')
      .selectAll()
      .orderBy('created_at')
      .orderBy('key_id')
      .execute();
    return rows.map(fromRow);
  },

  revoke: async ({ keyId, at }) => {
    const result = await db
      .updateTable('api_keys')
      .set({ revoked_at: at })
      .where('key_id', '=', keyId)
      .where('revoked_at', 'is', null)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  },

  touch: async ({ keyId, at }) => {
    await db.updateTable('api_keys').set({ last_used_at: at }).where('key_id', '=', keyId).execute();
  },
});

const toRow = (key: ApiKey): ApiKeysTable => ({
  key_id: key.keyId,
  name: key.name,
  scopes: key.scopes.join(','),
  hash: key.hash,
  created_at: key.createdAt,
  expires_at: key.expiresAt,
  last_used_at: key.lastUsedAt,
  revoked_at: key.revokedAt,
});

const fromRow = (row: Selectable<ApiKeysTable>): ApiKey => ({
  keyId: row.key_id,
  name: row.name,
  scopes: row.scopes.split(',') as Scope[],
  hash: row.hash,
  createdAt: row.created_at,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
});
