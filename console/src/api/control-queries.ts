import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, pageOf } from './client.ts';
import type { Answer, PostBody } from './types.ts';

export type Worker = Answer<'/workers'>[number];
export type PauseWindow = Answer<'/pause-windows'>[number];
export type Occurrence = Answer<'/pause-windows/{window_id}/occurrences'>[number];
export type WaitingThread = Answer<'/waiting-threads'>[number];
export type WindowPlan = PostBody<'/pause-windows/preview'>;

/** Signs of life are no news: workers are looked at again by themselves. */
const LOOK_AGAIN_MS = 5000;

export const workersQuery = () =>
  queryOptions({
    queryKey: ['control', 'workers'],
    queryFn: () => bodyOf(api.GET('/workers')),
    refetchInterval: LOOK_AGAIN_MS,
  });

export const windowsQuery = () =>
  queryOptions({ queryKey: ['control', 'windows'], queryFn: () => bodyOf(api.GET('/pause-windows')) });

/** The next times a window is open. */
export const occurrencesQuery = (windowId: string) =>
  queryOptions({
    queryKey: ['control', 'occurrences', windowId],
    queryFn: () =>
      bodyOf(
        api.GET('/pause-windows/{window_id}/occurrences', {
          params: { path: { window_id: windowId }, query: { count: 3 } },
        }),
      ),
  });

/** When a window that is not made yet would be open. */
export const previewQuery = (plan: WindowPlan) =>
  queryOptions({
    queryKey: ['control', 'preview', plan],
    queryFn: () => bodyOf(api.POST('/pause-windows/preview', { body: plan })),
    retry: false,
    placeholderData: keepPreviousData,
  });

/** More than these are for the list of threads. */
const MOST_WAITING = 50;

export const waitingQuery = () =>
  queryOptions({
    queryKey: ['control', 'waiting'],
    queryFn: () => pageOf(api.GET('/waiting-threads', { params: { query: { limit: MOST_WAITING } } })),
  });
