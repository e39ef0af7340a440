import type { StoreConfig } from '../config/langgraph-config.ts';
import { openAiEmbed } from '../engine/embeddings.ts';
import type { Clock } from '../model/clock.ts';
import { createStore, type Store } from '../resources/store.ts';
import type { Storage } from '../storage/ports.ts';
import type { DueWork } from '../worker/scheduler.ts';

interface StoreParts {
  storage: Storage;
  clock: Clock;
  config: StoreConfig;
}

/** The store as `langgraph.json` sets it. */
export const assembleStore = ({ storage, clock, config: { index, ...settings } }: StoreParts): Store =>
  createStore({
    storage,
    clock,
    settings,
    index: index && {
      dims: index.dims,
      fields: index.fields,
      embed: openAiEmbed(index.model, index.dims),
    },
  });

/** The store for the API process, and what removes expired items from it. */
export const openStore = (parts: StoreParts): { store: Store; sweep: DueWork } => ({
  store: assembleStore(parts),
  sweep: sweepStore(parts),
});

/** Items swept in one transaction. */
const SWEEP = 500;

/** Removes what has expired: it is seen by nobody any more, but lies there. */
export const sweepStore = ({ storage, config }: Omit<StoreParts, 'clock'>): DueWork => {
  let next = -Infinity;
  return {
    name: 'sweep the store',
    run: async (now) => {
      if (now < next) return next;
      const swept = await storage.transaction((ledger) => ledger.items.sweep(now, SWEEP), { flush: false });
      next = swept === SWEEP ? now : now + config.sweepEveryMs;
      return next;
    },
  };
};
