import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query';
import { api, bodyOf } from './client.ts';
import { ApiError } from './errors.ts';
import type { paths } from './schema.ts';

type Json<Answer> = Answer extends { content: { 'application/json': infer Body } } ? Body : never;
export type Thread = Json<paths['/threads/{thread_id}']['get']['responses'][200]>;
export type State = Json<paths['/threads/{thread_id}/state']['get']['responses'][200]>;
export type Run = Json<paths['/threads/{thread_id}/runs/{run_id}']['get']['responses'][200]>;
export type Pause = Json<paths['/threads/{thread_id}/pause']['get']['responses'][200]>;
export type Check = Json<
  paths['/threads/{thread_id}/resume/preflight']['post']['responses'][200]
>['preflight'][number];
export type LogLine = Json<paths['/threads/{thread_id}/log']['get']['responses'][200]>[number];
export type Graph = Json<paths['/assistants/{assistant_id}/graph']['get']['responses'][200]>;

const onThread = (threadId: string) => ({ params: { path: { thread_id: threadId } } });

const FIELDS: Exclude<keyof Thread, 'ttl'>[] = [
  'thread_id',
  'status',
  'metadata',
  'interrupts',
  'lifecycle',
  'created_at',
  'updated_at',
];

export type ThreadShown = Omit<Thread, 'values' | 'config' | 'ttl'>;

/** The thread without its values, which may be large. */
export const threadQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'thread'],
    queryFn: async () => {
      const [thread] = await bodyOf(
        api.POST('/threads/search', { body: { ids: [threadId], select: FIELDS } }),
      );
      if (thread) return thread as ThreadShown;
      throw new ApiError('There is no such thread.', { code: 'thread_not_found', status: 404 });
    },
  });

/** Newest first, and whole, as no fields are chosen. */
export const runsQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'runs'],
    queryFn: async () =>
      (await bodyOf(
        api.GET('/threads/{thread_id}/runs', {
          params: { path: { thread_id: threadId }, query: { limit: 20 } },
        }),
      )) as Run[],
  });

/** So many bytes of states are read at once. */
const HISTORY_BYTES = 3_000_000;
const MOST_STATES = 50;

/** How many states of this thread make a page. */
const statesPerPage = async (threadId: string): Promise<number> => {
  const { checkpoints } = await bodyOf(api.GET('/threads/{thread_id}/storage', onThread(threadId)));
  const bytes = checkpoints.bytes / Math.max(1, checkpoints.count);
  return Math.max(2, Math.min(MOST_STATES, Math.floor(HISTORY_BYTES / Math.max(1, bytes))));
};

/** States, newest first, a page at a time. */
export const historyQuery = (threadId: string) =>
  infiniteQueryOptions({
    queryKey: ['thread', threadId, 'history'],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam: before }) => {
      const limit = await statesPerPage(threadId);
      const states = await bodyOf(
        api.POST('/threads/{thread_id}/history', {
          ...onThread(threadId),
          body: { limit, ...(before !== undefined && { before }) },
        }),
      );
      return { states, full: states.length === limit };
    },
    getNextPageParam: ({ states, full }) =>
      full ? (states.at(-1)?.checkpoint?.checkpoint_id ?? undefined) : undefined,
  });

export const stateQuery = (threadId: string, checkpointId: string | undefined) =>
  queryOptions({
    queryKey: ['thread', threadId, 'state', checkpointId ?? 'latest'],
    queryFn: () =>
      checkpointId === undefined
        ? bodyOf(api.GET('/threads/{thread_id}/state', onThread(threadId)))
        : bodyOf(
            api.GET('/threads/{thread_id}/state/{checkpoint_id}', {
              params: { path: { thread_id: threadId, checkpoint_id: checkpointId } },
            }),
          ),
  });

export const logQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'log'],
    // Not asked for as anything else, it comes as JSON.
    queryFn: () => bodyOf(api.GET('/threads/{thread_id}/log', onThread(threadId))) as Promise<LogLine[]>,
  });

/** The pause it drains for or rests in; null when there is none. */
export const pauseQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'pause'],
    queryFn: () =>
      bodyOf(api.GET('/threads/{thread_id}/pause', onThread(threadId))).catch((error: unknown) => {
        if (error instanceof ApiError && error.code === 'pause_not_found') return null;
        throw error;
      }),
  });

/** The graph does not change while the server runs; one that cannot be drawn is not asked for again. */
export const graphQuery = (assistantId: string | undefined) =>
  queryOptions({
    queryKey: ['graph', assistantId],
    enabled: assistantId !== undefined,
    retry: false,
    queryFn: () =>
      bodyOf(
        api.GET('/assistants/{assistant_id}/graph', {
          params: { path: { assistant_id: assistantId ?? '' } },
        }),
      ),
  });
