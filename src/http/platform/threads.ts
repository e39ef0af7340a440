import { z } from 'zod';
import { THREAD_SORT_FIELDS } from '../../model/thread.ts';
import { THREAD_STATUSES } from '../../model/wire-status.ts';
import { pageHeaders, presentThread, selectFields } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import {
  Ids,
  JsonObjectBody,
  MetadataFilter,
  Paging,
  ThreadCreate,
  ThreadParams,
  ThreadView,
} from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { refuseUnserved } from './unserved.ts';

const tag = 'threads';

const Search = z
  .looseObject({
    ids: Ids,
    metadata: MetadataFilter,
    status: z.enum(THREAD_STATUSES).nullish(),
    ...Paging,
    sort_by: z.enum(THREAD_SORT_FIELDS).nullish(),
    sort_order: z.enum(['asc', 'desc']).nullish(),
    select: z.array(ThreadView.keyof()).nullish(),
  })
  .prefault({});

/** Count, copy and prune come here too. */
export const threadRoutes = (deps: PlatformDeps): Route[] => [...collection(deps), ...single(deps)];

const collection = ({ threads }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/threads',
    tag,
    summary: 'Create a thread',
    body: ThreadCreate,
    response: ThreadView,
    handle: async ({ body }) =>
      presentThread(
        await threads.create({
          threadId: body.thread_id,
          metadata: body.metadata ?? {},
          ifExists: body.if_exists ?? 'raise',
        }),
      ),
  }),
  route({
    method: 'post',
    path: '/threads/search',
    tag,
    summary: 'Find threads',
    body: Search,
    response: z.array(ThreadView),
    handle: async ({ body }) => {
      refuseUnserved(body, ['values', 'extract']);
      const { items, total } = await threads.search({
        ids: body.ids ?? undefined,
        status: body.status ?? undefined,
        metadata: body.metadata ?? undefined,
        limit: body.limit,
        offset: body.offset,
        sortBy: body.sort_by ?? 'created_at',
        sortOrder: body.sort_order ?? 'desc',
      });
      return new Reply(
        200,
        items.map((item) => selectFields(presentThread(item), body.select)),
        pageHeaders(total, body),
      );
    },
  }),
];

const single = ({ threads, deleteThread }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id',
    tag,
    summary: 'Get a thread with its values and waiting questions',
    params: ThreadParams,
    response: ThreadView,
    handle: async ({ params }) => presentThread(await threads.get(params.thread_id)),
  }),
  route({
    method: 'patch',
    path: '/threads/:thread_id',
    tag,
    summary: "Merge metadata into the thread's",
    params: ThreadParams,
    body: z.looseObject({ metadata: JsonObjectBody.nullish() }),
    response: ThreadView,
    handle: async ({ params, body, request }) => {
      const patched = await threads.patch(params.thread_id, body.metadata ?? {});
      return request.headers['prefer'] === 'return=minimal' ? new Reply(204) : presentThread(patched);
    },
  }),
  route({
    method: 'delete',
    path: '/threads/:thread_id',
    tag,
    summary: 'Delete a thread with its runs, checkpoints and log; what runs on it is stopped',
    params: ThreadParams,
    status: 204,
    handle: ({ params }) => deleteThread(params.thread_id),
  }),
];
