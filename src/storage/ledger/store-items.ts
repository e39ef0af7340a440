import { sql } from 'kysely';
import type { StoreItems } from '../store-items.ts';
import type { LedgerConnection } from './connection.ts';
import { alive, fromRow, labelsOf, pathOf, scan, scanVectors, toText } from './store-scan.ts';

export const createStoreItems = (db: LedgerConnection): StoreItems => ({ ...reading(db), ...writing(db) });

const reading = (db: LedgerConnection): Pick<StoreItems, 'get' | 'scan' | 'vectors' | 'namespaces'> => ({
  get: async (id, now) => {
    const row = await db
      .selectFrom('store_items')
      .selectAll()
      .where('namespace', '=', pathOf(id.namespace))
      .where('key', '=', id.key)
      .where(alive(now))
      .executeTakeFirst();
    return row && fromRow(row);
  },

  scan: (prefix, now) => scan(db, prefix, now),
  vectors: (prefix, now) => scanVectors(db, prefix, now),

  namespaces: async (now) => {
    const rows = await db
      .selectFrom('store_items')
      .select('namespace')
      .distinct()
      .where(alive(now))
      .orderBy('namespace')
      .execute();
    return rows.map(({ namespace }) => labelsOf(namespace));
  },
});

const writing = (db: LedgerConnection): Pick<StoreItems, 'put' | 'remove' | 'refresh' | 'sweep'> => ({
  put: async ({ namespace, key, value, ttlMs, expiresAt, updatedAt, vectors }) => {
    const id = { namespace: pathOf(namespace), key };
    const changed = {
      value_json: JSON.stringify(value),
      ttl_ms: ttlMs,
      expires_ms: expiresAt,
      updated_at: updatedAt,
    };
    await db
      .insertInto('store_items')
      .values({ ...id, ...changed, created_at: updatedAt })
      .onConflict((conflict) => conflict.columns(['namespace', 'key']).doUpdateSet(changed))
      .execute();
    await removeVectors(db, id);
    if (vectors.length === 0) return;
    await db
      .insertInto('store_vectors')
      .values(vectors.map(({ path, vector }) => ({ ...id, path, vector: toText(vector) })))
      .execute();
  },

  remove: async (item) => {
    const id = { namespace: pathOf(item.namespace), key: item.key };
    await removeVectors(db, id);
    const { numDeletedRows } = await db
      .deleteFrom('store_items')
      .where('namespace', '=', id.namespace)
      .where('key', '=', id.key)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  },

  refresh: async (ids, now) => {
    for (const { namespace, key } of ids) {
      await db
        .updateTable('store_items')
        .set({ expires_ms: sql<number>`${now} + ttl_ms` })
        .where('namespace', '=', pathOf(namespace))
        .where('key', '=', key)
        .where('ttl_ms', 'is not', null)
        .where(alive(now))
        .execute();
    }
  },

  sweep: async (now, limit) => {
    const expired = await db
      .selectFrom('store_items')
      .select(['namespace', 'key'])
      .where('expires_ms', '<=', now)
      .limit(limit)
      .execute();
    for (const { namespace, key } of expired) {
      await removeVectors(db, { namespace, key });
      await db.deleteFrom('store_items').where('namespace', '=', namespace).where('key', '=', key).execute();
    }
    return expired.length;
  },
});

const removeVectors = (db: LedgerConnection, id: { namespace: string; key: string }) =>
  db.deleteFrom('store_vectors').where('namespace', '=', id.namespace).where('key', '=', id.key).execute();
