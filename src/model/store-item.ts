import type { JsonObject } from './json.ts';

/** Where an item of the store lies: the labels of its namespace, from the root. */
export type Namespace = string[];

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
