import { z } from 'zod';
import { toUtc } from '../../model/clock.ts';
import { LOG_KINDS, type ActivityLine, type ActivityQuery } from '../../model/session-log.ts';
import { MOST_LISTED } from '../bounds.ts';
import { Reply, route, type Route } from '../route.ts';
import { queryInt, QueryPaging, Uuid } from '../schemas.ts';
import { LogLineView, presentLine } from './session-log.ts';

export interface ActivityDeps {
  /** Newest first. */
  searchLog: (query: ActivityQuery) => Promise<ActivityLine[]>;
}

const When = z.iso.datetime({ offset: true }).transform(toUtc);

const Kinds = z
  .string()
  .min(1)
  .max(1000)
  .transform((text) => text.split(','))
  .pipe(z.array(z.enum(LOG_KINDS)).max(MOST_LISTED));

const ActivityView = LogLineView.extend({
  id: z.number().meta({ description: 'Its place: later lines have higher numbers' }),
  thread_id: z.guid(),
});

/** What happened on all threads. */
export const activityRoutes = ({ searchLog }: ActivityDeps): Route[] => [
  route({
    method: 'get',
    path: '/activity',
    scope: 'read',
    tag: 'session log',
    summary:
      'What happened on all threads, newest first; X-Pagination-Next is what `before` of the next page is to be',
    query: z.object({
      limit: QueryPaging.limit,
      before: queryInt().optional(),
      thread_id: Uuid.optional(),
      actor: z.string().min(1).max(200).optional(),
      kind: Kinds.optional().meta({ description: 'What happened: a `kind`, or several separated by commas' }),
      since: When.optional(),
      until: When.optional(),
    }),
    response: z.array(ActivityView),
    handle: async ({ query }) => {
      const { thread_id: threadId, kind: kinds, limit, ...rest } = query;
      const lines = await searchLog({ ...rest, threadId, kinds, limit: limit + 1 });
      const page = lines.slice(0, limit);
      const next = lines.length > limit ? page.at(-1)?.seq : undefined;
      return new Reply(
        200,
        page.map((line) => ({ id: line.seq, thread_id: line.threadId, ...presentLine(line) })),
        next === undefined ? {} : { 'X-Pagination-Next': String(next) },
      );
    },
  }),
];
