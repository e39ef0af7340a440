import { useQueries } from '@tanstack/react-query';
import type { Stop } from '../../api/queries.ts';
import { doubtsQuery, type Effect } from '../../api/stop-queries.ts';

export interface UnsafeRun {
  threadId: string;
  confirmed: boolean;
  /** What may or may not have happened. */
  doubts: Effect[];
}

export interface Unsafe {
  runs: UnsafeRun[];
  /** Of how many it was not looked into what they left, because there are so many. */
  unseen: number;
  isPending: boolean;
  error: Error | null;
  /** Reads again what could not be read. */
  retry: () => void;
}

const MOST = 100;

/** The runs of a stop that are not known to be down, or that left something half done in the world. */
export const useUnsafe = ({ runs }: Stop): Unsafe => {
  const looked = runs.slice(0, MOST);
  const found = useQueries({ queries: looked.map(({ thread_id: id }) => doubtsQuery(id)) });
  return {
    runs: runs
      .map(({ thread_id: threadId, confirmed }, place) => ({
        threadId,
        confirmed,
        doubts: found[place]?.data ?? [],
      }))
      .filter(({ confirmed, doubts }) => !confirmed || doubts.length > 0),
    unseen: runs.length - looked.length,
    isPending: found.some(({ isPending }) => isPending),
    error: found.find(({ error }) => error !== null)?.error ?? null,
    retry: () => {
      for (const { error, refetch } of found) if (error !== null) void refetch();
    },
  };
};
