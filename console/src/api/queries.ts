import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api, bodyOf, pageOf, type Page } from './client.ts';
import type { paths } from './schema.ts';
import type { Answer } from './types.ts';

type Get<Path extends keyof paths> = paths[Path] extends { get: { responses: { 200: infer Answer } } }
  ? Answer extends { content: { 'application/json': infer Body } }
    ? Body
    : never
  : never;

export type Overview = Get<'/overview'>;
export type ThreadCard = Get<'/overview/threads'>[number];
export type ThreadGroup = NonNullable<ThreadCard['group']>;
export type Approval = Get<'/approvals'>[number];
export type Stop = Get<'/emergency-stops'>[number];
export type ScopePause = Get<'/pauses'>[number];
export type ActivityLine = Get<'/activity'>[number];

/** Counts for the navigation and the chips. */
export const overviewQuery = () =>
  queryOptions({ queryKey: ['overview'], queryFn: () => bodyOf(api.GET('/overview')) });

export type ThreadSort = 'updated_at' | 'created_at' | 'graph_id' | 'lifecycle_since';

export interface ThreadSearch {
  group?: ThreadGroup | undefined;
  q?: string | undefined;
  sort: ThreadSort;
  order: 'asc' | 'desc';
  page: number;
}

export const THREADS_PER_PAGE = 50;

export const threadsQuery = ({ group, q, sort, order, page }: ThreadSearch) =>
  queryOptions({
    queryKey: ['threads', { group, q, sort, order, page }],
    placeholderData: keepPreviousData,
    queryFn: () =>
      searchThreads({ group, q, sort_by: sort, sort_order: order, offset: page * THREADS_PER_PAGE }),
  });

type ThreadFilter = NonNullable<paths['/overview/threads']['get']['parameters']['query']>;

const searchThreads = (query: Omit<ThreadFilter, 'limit' | 'offset'> & { offset: number; limit?: number }) =>
  pageOf(
    api.GET('/overview/threads', {
      params: {
        query: { ...query, limit: query.limit ?? THREADS_PER_PAGE },
      },
    }),
  );

const IDS_PER_PAGE = 500;

/** The ids of all threads that match, of whatever page. */
export const allMatching = async ({ group, q }: Pick<ThreadSearch, 'group' | 'q'>): Promise<string[]> => {
  const ids: string[] = [];
  for (let offset: number | null = 0; offset !== null;) {
    const page: Awaited<ReturnType<typeof searchThreads>> = await searchThreads({
      group,
      q,
      sort_by: 'created_at',
      sort_order: 'asc',
      offset,
      limit: IDS_PER_PAGE,
    });
    ids.push(...page.items.map(({ thread_id: id }) => id));
    offset = page.next;
  }
  return ids;
};

/** Threads whose id begins with it, or whose graph or reason says it. */
export const findThreads = async (q: string, limit: number) =>
  (await searchThreads({ q, limit, offset: 0 })).items;

const APPROVALS_PER_PAGE = 100;

/** Waiting questions, oldest first. */
export const approvalsQuery = ({
  tool,
  threadId,
}: { tool?: string | undefined; threadId?: string | undefined } = {}) =>
  infiniteQueryOptions({
    queryKey: ['approvals', { tool, threadId }],
    initialPageParam: 0,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      pageOf(
        api.GET('/approvals', {
          params: {
            query: {
              limit: APPROVALS_PER_PAGE,
              offset: pageParam,
              ...(tool !== undefined && { tool }),
              ...(threadId !== undefined && { thread_id: threadId }),
            },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
  });

export const approvalQuery = (id: string) =>
  queryOptions({
    queryKey: ['approvals', 'one', id],
    queryFn: () => bodyOf(api.GET('/approvals/{approval_id}', { params: { path: { approval_id: id } } })),
  });

/** The last message of a thread's state: what the agent said before it asked. */
export const lastMessageQuery = (threadId: string) =>
  queryOptions({
    queryKey: ['thread', threadId, 'last-message'],
    queryFn: async () => {
      const [found] = await bodyOf(
        api.POST('/threads/search', {
          body: { ids: [threadId], select: ['thread_id'], extract: { last: 'values.messages[-1]' } },
        }),
      );
      return ((found as { extracted?: { last?: unknown } } | undefined)?.extracted?.last ?? null) as unknown;
    },
  });

/** Emergency stops in force. While one is not confirmed it is looked at often: no news tells of a confirmation. */
export const stopsQuery = () =>
  queryOptions({
    queryKey: ['stops', 'in-force'],
    queryFn: () => bodyOf(api.GET('/emergency-stops', { params: { query: { limit: 100 } } })),
    refetchInterval: ({ state }) =>
      state.data?.some(({ runs }) => runs.some(({ confirmed }) => !confirmed)) ? 1000 : false,
  });

/** Pauses of many threads that are in force, with how far they are. */
export const scopePausesQuery = () =>
  queryOptions({
    queryKey: ['pauses', 'active'],
    queryFn: () => bodyOf(api.GET('/pauses', { params: { query: { state: 'active', limit: 100 } } })),
  });

/** Of what no news tells: asked again every so often while it is shown, and when a person comes back to it. */
export const LOOKED_AT = { refetchInterval: 30_000, refetchOnWindowFocus: 'always' } as const;

/** Whole, as no fields are chosen. */
export const agentsQuery = () =>
  queryOptions({
    queryKey: ['agents'],
    ...LOOKED_AT,
    queryFn: async () =>
      (await pageOf(
        api.POST('/assistants/search', { body: { limit: 1000, sort_by: 'name', sort_order: 'asc' } }),
      )) as Page<Answer<'/assistants/{assistant_id}'>>,
  });

export interface ActivitySearch {
  thread_id?: string | undefined;
  actor?: string | undefined;
  kind?: string | undefined;
  /** ISO 8601, both inclusive. */
  since?: string | undefined;
  until?: string | undefined;
}

export const activityQuery = (search: ActivitySearch) =>
  infiniteQueryOptions({
    queryKey: ['activity', search],
    initialPageParam: null as number | null,
    placeholderData: keepPreviousData,
    queryFn: ({ pageParam }) =>
      pageOf(
        api.GET('/activity', {
          params: {
            query: { ...search, limit: 100, ...(pageParam !== null && { before: pageParam }) },
          },
        }),
      ),
    getNextPageParam: ({ next }) => next,
  });
