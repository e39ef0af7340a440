import { sql, type Expression, type ExpressionBuilder, type Selectable, type SqlBool } from 'kysely';
import type { JsonObject } from '../../model/json.ts';
import type { Namespace } from '../../model/store-item.ts';
import type { ItemVector, StoredItem } from '../store-items.ts';
import type { LedgerConnection } from './connection.ts';
import type { LedgerSchema, StoreItemsTable } from './schema.ts';

/** Rows read at once. */
const PAGE = 500;

/** Items of the namespace and below it, page by page, last changed first. */
export async function* scan(
  db: LedgerConnection,
  prefix: Namespace,
  now: number,
): AsyncIterable<StoredItem[]> {
  let last: Selectable<StoreItemsTable> | undefined;
  do {
    const rows = await db
      .selectFrom('store_items')
      .selectAll()
      .where(within(prefix))
      .where(alive(now))
      .$if(last !== undefined, (query) => query.where(after(last as Selectable<StoreItemsTable>)))
      .orderBy('updated_at', 'desc')
      .orderBy('namespace')
      .orderBy('key')
      .limit(PAGE)
      .execute();
    if (rows.length > 0) yield rows.map(fromRow);
    last = rows.length === PAGE ? rows.at(-1) : undefined;
  } while (last);
}

/** Their vectors, page by page. */
export async function* scanVectors(
  db: LedgerConnection,
  prefix: Namespace,
  now: number,
): AsyncIterable<ItemVector[]> {
  let last: { namespace: string; key: string; path: string } | undefined;
  do {
    const rows = await db
      .selectFrom('store_vectors')
      .innerJoin('store_items', (join) =>
        join
          .onRef('store_items.namespace', '=', 'store_vectors.namespace')
          .onRef('store_items.key', '=', 'store_vectors.key'),
      )
      .select(['store_vectors.namespace', 'store_vectors.key', 'store_vectors.path', 'store_vectors.vector'])
      .where(within(prefix, 'store_vectors.namespace'))
      .where(alive(now))
      .$if(last !== undefined, (query) =>
        query.where(
          sql<SqlBool>`(store_vectors.namespace, store_vectors.key, store_vectors.path) > (${last?.namespace}, ${last?.key}, ${last?.path})`,
        ),
      )
      .orderBy('store_vectors.namespace')
      .orderBy('store_vectors.key')
      .orderBy('store_vectors.path')
      .limit(PAGE)
      .execute();
    if (rows.length > 0) {
      yield rows.map(({ namespace, key, vector }) => ({
        namespace: labelsOf(namespace),
        key,
        vector: fromText(vector),
      }));
    }
    last = rows.length === PAGE ? rows.at(-1) : undefined;
  } while (last);
}

const after = ({ updated_at, namespace, key }: Selectable<StoreItemsTable>) =>
  sql<SqlBool>`(updated_at < ${updated_at} OR (updated_at = ${updated_at} AND (namespace, key) > (${namespace}, ${key})))`;

/** Has not expired. */
export const alive =
  (now: number) =>
  (eb: ExpressionBuilder<LedgerSchema, 'store_items'>): Expression<SqlBool> =>
    eb.or([eb('store_items.expires_ms', 'is', null), eb('store_items.expires_ms', '>', now)]);

/** The namespace itself and those below it. Whole labels only, whatever the database's collation. */
const within = (prefix: Namespace, column = 'namespace') => {
  if (prefix.length === 0) return sql<SqlBool>`1 = 1`;
  const below = `${pathOf(prefix)}.`;
  return sql<SqlBool>`${sql.ref(column)} IN (SELECT DISTINCT namespace FROM store_items
    WHERE namespace = ${pathOf(prefix)} OR substr(namespace, 1, length(${below})) = ${below})`;
};

export const pathOf = (namespace: Namespace): string => namespace.join('.');
export const labelsOf = (path: string): Namespace => (path === '' ? [] : path.split('.'));

export const fromRow = (row: Selectable<StoreItemsTable>): StoredItem => ({
  namespace: labelsOf(row.namespace),
  key: row.key,
  value: JSON.parse(row.value_json) as JsonObject,
  ttlMs: row.ttl_ms,
  createdAt: row.created_at,
  updatedAt: row.updated_at,
});

export const toText = (vector: Float32Array): string =>
  Buffer.from(vector.buffer, vector.byteOffset, vector.byteLength).toString('base64');

const fromText = (text: string): Float32Array => {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(new Uint8Array(bytes).buffer);
};
