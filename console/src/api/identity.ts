import { createKeptStore, createStore } from './store.ts';

/** The API key, for as long as the tab is open. */
export const apiKey = createKeptStore('holdpoint.key', () => sessionStorage);

/** The name a person goes by in the session log, where the server does not know it itself. */
export const ownName = createKeptStore('holdpoint.name', () => localStorage);

/** Whether the server has refused to answer without a (good) key. */
export const keyWanted = createStore(false);

/** Headers of every request. */
export const identityHeaders = (): Record<string, string> =>
  apiKey.get() === '' ? {} : { 'x-api-key': apiKey.get() };
