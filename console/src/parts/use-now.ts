import { createStore, useStore } from '../api/store.ts';

const now = createStore(Date.now());
setInterval(() => now.set(Date.now()), 1000);

/** The time, each second. */
export const useNow = (): number => useStore(now);
