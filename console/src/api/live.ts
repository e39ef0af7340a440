import type { QueryClient, QueryKey } from '@tanstack/react-query';
import { ApiError } from './errors.ts';
import { apiKey } from './identity.ts';
import { readEvents } from './sse.ts';
import { createStore } from './store.ts';

export interface Live {
  /** Refused: the server answers, and does not tell this key what changes. */
  state: 'connecting' | 'live' | 'offline' | 'refused';
  /** When the server was last heard of. */
  heardAt: number | null;
}

/** Whether what is shown is up to date. */
export const live = createStore<Live>({ state: 'connecting', heardAt: null });

interface Change {
  threads: string[] | null;
  log: boolean;
  control: boolean;
}

/** News is passed on to the page at most so often. */
const PAUSE_MS = 250;
const FIRST_RETRY_MS = 300;
const LAST_RETRY_MS = 5000;
/** A tab that nobody sees asks so often whether anything is new. */
const GLANCE_MS = 30_000;

/**
 * Follows the server's change feed, one connection for the whole tab, and has the queries that a change may concern asked
 * again. Comes back by itself, and anew with another key; after a break everything is asked again. A tab that nobody sees
 * holds no connection, of which a browser gives all tabs six: it looks now and then. Answers how to end it.
 */
export const followChanges = (queries: QueryClient): (() => void) => {
  const ended = new AbortController();
  const invalidate = createInvalidation(queries);
  let retry = FIRST_RETRY_MS;
  let wake = (): void => {};
  let leave = (): void => {};
  const follow = async (signal: AbortSignal): Promise<void> => {
    for await (const { event, data } of readEvents('/changes', signal)) {
      retry = FIRST_RETRY_MS;
      live.set({ state: 'live', heardAt: Date.now() });
      if (event === 'hello') invalidate({ threads: null, log: true, control: true });
      if (event === 'change') invalidate(JSON.parse(data) as Change);
      if (document.hidden) leave();
    }
  };
  /** Follows until that ends, and answers after how long to begin again. */
  const look = async (): Promise<number> => {
    const leaving = new AbortController();
    leave = () => leaving.abort();
    const signal = AbortSignal.any([ended.signal, leaving.signal]);
    const failure = await follow(signal).catch((error: unknown) => error);
    if (leaving.signal.aborted) return document.hidden ? GLANCE_MS : 0;
    const refused = failure instanceof ApiError && failure.status >= 400 && failure.status < 500;
    if (!ended.signal.aborted) live.set({ ...live.get(), state: refused ? 'refused' : 'offline' });
    const pause = refused ? LAST_RETRY_MS : retry;
    retry = Math.min(retry * 2, LAST_RETRY_MS);
    return pause;
  };
  const keepFollowing = async (): Promise<void> => {
    for (;;) {
      const pause = await look();
      if (ended.signal.aborted) return;
      await wait(pause, (resolve) => (wake = resolve));
    }
  };
  const begin = (): void => wake();
  const beginAnew = (): void => {
    live.set({ state: 'connecting', heardAt: null });
    leave();
    wake();
  };
  const seen = (): void => (document.hidden ? leave() : wake());
  const unsubscribe = apiKey.subscribe(beginAnew);
  addEventListener('online', begin);
  document.addEventListener('visibilitychange', seen);
  void keepFollowing();
  return () => {
    ended.abort();
    unsubscribe();
    removeEventListener('online', begin);
    document.removeEventListener('visibilitychange', seen);
    wake();
  };
};

const wait = (ms: number, onWake: (resolve: () => void) => void): Promise<void> =>
  new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    onWake(() => {
      clearTimeout(timer);
      resolve();
    });
  });

/** Gathers changes and has what they concern asked again: at once after a quiet time, else at the pace of a page. */
const createInvalidation = (queries: QueryClient) => {
  let gathered: Change | undefined;
  let timer: number | undefined;
  const flush = (): void => {
    const change = gathered;
    gathered = undefined;
    timer = undefined;
    if (!change) return;
    timer = window.setTimeout(flush, PAUSE_MS);
    for (const queryKey of keysOf(change)) askAgain(queries, queryKey);
  };
  return (change: Change): void => {
    gathered = gathered ? merge(gathered, change) : change;
    if (timer === undefined) flush();
  };
};

/**
 * Asks anew what is shown. A question that is under way may have been read before the change: it is let finish, lest
 * a lively server keeps a page from ever being shown, and asked again then.
 */
const askAgain = (queries: QueryClient, queryKey: string[]): void => {
  const underWay = queries.getQueryCache().findAll({ queryKey, fetchStatus: 'fetching' });
  const invalidate = (key: QueryKey): void =>
    void queries.invalidateQueries({ queryKey: key }, { cancelRefetch: false });
  invalidate(queryKey);
  for (const query of underWay) {
    const again = (): void => invalidate(query.queryKey);
    query.promise?.then(again, again);
  }
};

const merge = (a: Change, b: Change): Change => ({
  threads: a.threads && b.threads ? [...new Set([...a.threads, ...b.threads])] : null,
  log: a.log || b.log,
  control: a.control || b.control,
});

/** The beginnings of the keys of the queries that a change may concern. */
const keysOf = ({ threads, log, control }: Change): string[][] => [
  ['overview'],
  ['threads'],
  ...(threads === null ? [['thread']] : threads.map((id) => ['thread', id])),
  ...(log ? [['approvals'], ['activity'], ['agents']] : []),
  ...(log || control ? [['control'], ['stops'], ['pauses']] : []),
];
