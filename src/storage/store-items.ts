import type { Namespace, StoreItem } from '../model/store-item.ts';

/** An item, and when it expires (ms since the epoch): so long after it was written or last read. */
export interface StoredItem extends StoreItem {
  /** Null: never. */
  ttlMs: number | null;
}

export interface PutItem extends Omit<StoredItem, 'createdAt'> {
  expiresAt: number | null;
  /** What the item's texts mean, by the path of each text; replaces what was there. Unit vectors. */
  vectors: { path: string; vector: Float32Array }[];
}

export interface ItemId {
  namespace: Namespace;
  key: string;
}

/** One vector of an item. */
export interface ItemVector extends ItemId {
  vector: Float32Array;
}

/** Items by namespace and key. What has expired at `now` is not there, whether or not it was swept yet. */
export interface StoreItems {
  get(id: ItemId, now: number): Promise<StoredItem | undefined>;
  /** Inserts or replaces; the time of creation stays. */
  put(item: PutItem): Promise<void>;
  /** False when there is none. */
  remove(id: ItemId): Promise<boolean>;
  /** Items of the namespace and those below it, last changed first, in pages that fit in memory. */
  scan(prefix: Namespace, now: number): AsyncIterable<StoredItem[]>;
  /** Vectors of the items of the namespace and those below it, in pages. */
  vectors(prefix: Namespace, now: number): AsyncIterable<ItemVector[]>;
  /** Lets those that expire do so as long after `now` as was said when they were written. */
  refresh(ids: ItemId[], now: number): Promise<void>;
  /** Every namespace that has items, in order. */
  namespaces(now: number): Promise<Namespace[]>;
  /** Removes up to `limit` expired items. Answers how many. */
  sweep(now: number, limit: number): Promise<number>;
}
