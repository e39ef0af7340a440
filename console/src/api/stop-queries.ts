import { queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';
import type { LifecycleState } from '../parts/status.tsx';
import { ownName } from './identity.ts';
import type { Answer } from './types.ts';

export type Effect = Answer<'/threads/{thread_id}/effects'>[number];

/** One stop, also a released one. */
export const stopQuery = (stopId: string) =>
  queryOptions({
    queryKey: ['stops', 'one', stopId],
    queryFn: () => bodyOf(api.GET('/emergency-stops/{stop_id}', { params: { path: { stop_id: stopId } } })),
  });

/** Stops that were lifted, newest first. */
export const releasedStopsQuery = () =>
  queryOptions({
    queryKey: ['stops', 'released'],
    queryFn: () => bodyOf(api.GET('/emergency-stops', { params: { query: { limit: 20, released: true } } })),
  });

const IDS_AT_ONCE = 500;

/** What each of these threads does now, however many they are. */
export const statesQuery = (threadIds: string[]) =>
  queryOptions({
    queryKey: ['threads', 'states', threadIds],
    enabled: threadIds.length > 0,
    queryFn: async () => {
      const states = new Map<string, LifecycleState | null>();
      for (let place = 0; place < threadIds.length; place += IDS_AT_ONCE) {
        const ids = threadIds.slice(place, place + IDS_AT_ONCE);
        for (const { thread_id: id, lifecycle } of await searchStates(ids))
          states.set(id ?? '', lifecycle?.state ?? null);
      }
      return states;
    },
  });

const searchStates = (ids: string[]) =>
  bodyOf(
    api.POST('/threads/search', { body: { ids, limit: ids.length, select: ['thread_id', 'lifecycle'] } }),
  );

/** Effects of which nobody knows whether they happened, and that a resume waits for. */
export const doubtsQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'effects', 'in-doubt'],
    queryFn: async () =>
      (
        await bodyOf(api.GET('/threads/{thread_id}/effects', { params: { path: { thread_id: threadId } } }))
      ).filter(({ state, on_in_doubt: rule }) => state === 'intended' && rule !== 'retry'),
  });

/** Says of an effect in doubt whether it happened. */
export const settleEffect = (threadId: string, key: string, happened: boolean) =>
  bodyOf(
    api.POST('/threads/{thread_id}/effects/{effect_key}/resolution', {
      params: { path: { thread_id: threadId, effect_key: key } },
      body: { happened, ...(ownName.get() !== '' && { decided_by: ownName.get() }) },
    }),
  );
