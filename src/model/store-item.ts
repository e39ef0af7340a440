import type { JsonObject } from './json.ts';

/** Where an item of the store lies: the labels of its namespace, from the root. */
export type Namespace = string[];

/**
 * So many bytes of UTF-8 may the labels and the key of an item have together: Postgres finds it by an index of both, and
 * its vectors by one that also has the path of a text.
 */
export const LONGEST_ITEM_ID = 2048;

/** A document of the store, which threads share. */
export interface StoreItem {
  namespace: Namespace;
  key: string;
  value: JsonObject;
  createdAt: string;
  updatedAt: string;
}

/** An item found by its meaning: `score` is the cosine of its nearest vector and the query's, 1 at best. */
export interface FoundItem extends StoreItem {
  score?: number;
}
