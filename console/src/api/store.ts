import { useSyncExternalStore } from 'react';

/** A value outside of React that components follow. */
export interface Store<T> {
  get: () => T;
  set: (value: T) => void;
  subscribe: (listener: () => void) => () => void;
}

export const createStore = <T>(first: T): Store<T> => {
  let value = first;
  const listeners = new Set<() => void>();
  return {
    get: () => value,
    set: (next) => {
      if (Object.is(next, value)) return;
      value = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
};

export const useStore = <T>(store: Store<T>): T => useSyncExternalStore(store.subscribe, store.get);

/** A store whose value stays in the browser; where storage is forbidden it lasts as long as the page. */
export const createKeptStore = (key: string, storage: () => Storage): Store<string> => {
  const read = (): string => {
    try {
      return storage().getItem(key) ?? '';
    } catch {
      return '';
    }
  };
  const store = createStore(read());
  return {
    ...store,
    set: (value) => {
      store.set(value);
      try {
        if (value === '') storage().removeItem(key);
        else storage().setItem(key, value);
      } catch {
        // It is kept in memory.
      }
    },
  };
};
