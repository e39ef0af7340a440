import { z } from 'zod';
import {
  GROUP_OF,
  OVERVIEW_SORTS,
  THREAD_GROUPS,
  type OverviewCounts,
  type OverviewQuery,
} from '../../model/overview.ts';
import { presentLifecycle } from '../../model/run-view.ts';
import type { Overview, ThreadCard } from '../../resources/overview.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { Lifecycle, QueryPaging } from '../schemas.ts';

export interface OverviewDeps {
  overview: Overview;
}

const tag = 'overview';

const Counts = z.object({
  groups: z
    .object(Object.fromEntries(THREAD_GROUPS.map((group) => [group, z.number()])))
    .meta({ description: 'Threads by what they do: the states of their last runs, grouped' }),
  threads: z.number().meta({ description: 'All threads, also those that never ran' }),
  approvals: z.number().meta({ description: 'Questions that wait' }),
  queue: z.object({
    depth: z.number().meta({ description: 'Runs that a worker could take now' }),
    oldest_at: z.string().nullable(),
  }),
});

const ThreadCardView = z.object({
  thread_id: z.guid(),
  graph_id: z.string().nullable(),
  group: z.enum(THREAD_GROUPS).nullable(),
  lifecycle: Lifecycle.nullable(),
  step: z.number().nullable().meta({ description: 'Of its latest checkpoint' }),
  wants: z
    .array(z.object({ tool: z.string().nullable(), text: z.string() }))
    .meta({ description: 'What its questions ask for, in short' }),
  said: z
    .object({ by: z.string(), text: z.string() })
    .nullable()
    .meta({ description: 'The last message of its state, in short; null where the state is large' }),
  due_at: z.string().nullable().meta({ description: 'When its delayed run starts' }),
  created_at: z.string(),
  updated_at: z.string(),
});

/** All threads at a glance. */
export const overviewRoutes = ({ overview }: OverviewDeps): Route[] => [
  route({
    method: 'get',
    path: '/overview',
    scope: 'read',
    tag,
    summary: 'How many threads there are of each kind, how many questions wait, and how long the queue is',
    response: Counts,
    handle: async () => presentCounts(await overview.counts()),
  }),
  route({
    method: 'get',
    path: '/overview/threads',
    scope: 'read',
    tag,
    summary: 'Threads with what each does or wants now, in short',
    query: z.object({
      ...QueryPaging,
      group: z.enum(THREAD_GROUPS).optional(),
      graph_id: z.string().min(1).max(200).optional(),
      q: z
        .string()
        .trim()
        .min(1)
        .max(200)
        .optional()
        .meta({ description: 'Begins the thread id, or is within the graph or the reason' }),
      sort_by: z.enum(OVERVIEW_SORTS).default('updated_at'),
      sort_order: z.enum(['asc', 'desc']).default('desc'),
    }),
    response: z.array(ThreadCardView),
    handle: async ({ query }) => {
      const { limit, offset, group, graph_id: graphId, q: text } = query;
      const sort = { sortBy: query.sort_by, sortOrder: query.sort_order };
      const search: OverviewQuery = { limit, offset, group, graphId, text, ...sort };
      const { items, total } = await overview.threads(search);
      return new Reply(200, items.map(presentCard), pageHeaders(total, query));
    },
  }),
];

const presentCounts = ({ groups, threads, approvals, queue }: OverviewCounts) => ({
  groups,
  threads,
  approvals,
  queue: { depth: queue.depth, oldest_at: queue.oldestAt },
});

const presentCard = (card: ThreadCard) => {
  const { state, since, reason, pauseId, dueMs } = card;
  const scheduled = state === 'pending' && dueMs !== null;
  return {
    thread_id: card.threadId,
    graph_id: card.graphId,
    group: state && (scheduled ? 'scheduled' : GROUP_OF[state]),
    lifecycle: state && presentLifecycle({ state, since: since ?? '', reason, pauseId }),
    step: card.step,
    wants: card.wants,
    said: card.said,
    due_at: dueMs === null ? null : new Date(dueMs).toISOString(),
    created_at: card.createdAt,
    updated_at: card.updatedAt,
  };
};
