import type { Kysely } from 'kysely';

/** Items of the store, and the vectors by which they are found. */
export const up = async (db: Kysely<unknown>): Promise<void> => {
  await db.schema
    .createTable('store_items')
    .addColumn('namespace', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('value_json', 'text', (column) => column.notNull())
    .addColumn('ttl_ms', 'bigint')
    .addColumn('expires_ms', 'bigint')
    .addColumn('created_at', 'text', (column) => column.notNull())
    .addColumn('updated_at', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('store_items_pk', ['namespace', 'key'])
    .execute();
  await db.schema
    .createIndex('store_items_by_expiry')
    .on('store_items')
    .column('expires_ms')
    .where('expires_ms' as never, 'is not', null)
    .execute();
  await db.schema
    .createTable('store_vectors')
    .addColumn('namespace', 'text', (column) => column.notNull())
    .addColumn('key', 'text', (column) => column.notNull())
    .addColumn('path', 'text', (column) => column.notNull())
    .addColumn('vector', 'text', (column) => column.notNull())
    .addPrimaryKeyConstraint('store_vectors_pk', ['namespace', 'key', 'path'])
    .execute();
};
