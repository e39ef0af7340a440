import { GraphStore } from '../engine/graph-store.ts';
import type { Lease } from '../model/lease.ts';
import type { Store } from '../resources/store.ts';

/** The store for the nodes of one attempt: what they write proves that the attempt still owns its thread. */
export const storeOfAttempt =
  (store: Store) =>
  (lease: Lease): GraphStore =>
    new GraphStore({
      ...store,
      put: (input) => store.put({ ...input, lease }),
      remove: (id) => store.remove(id, { lease }),
    });
