import { z } from 'zod';
import type { SuperstepUpdate } from '../../engine/graph-calls.ts';
import type { JsonObject } from '../../model/json.ts';
import type { ThreadWithValues } from '../../resources/threads.ts';
import { MOST_LISTED } from '../bounds.ts';
import { extract } from '../extract.ts';
import { pageHeaders, presentThread, presentTtl, selectFields } from '../present.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import { ThreadFoundView, ThreadParams, ThreadView, ThreadWithTtlView } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { incomingState } from './incoming-state.ts';
import { toCommand } from './run-request.ts';
import {
  PruneBody,
  ThreadCreate,
  ThreadFilterBody,
  ThreadPatchBody,
  threadSearchBody,
} from './thread-bodies.ts';
import { hasScope, scopesOfThread } from '../scopes.ts';

const tag = 'threads';

const Search = threadSearchBody(ThreadView.keyof().options as [string, ...string[]]);

export const threadRoutes = (deps: PlatformDeps): Route[] => [
  ...collection(deps),
  ...single(deps),
  ...upkeep(deps),
];

const filterOf = (body: z.output<typeof ThreadFilterBody>) => ({
  ids: body.ids ?? undefined,
  status: body.status ?? undefined,
  metadata: body.metadata ?? undefined,
  values: body.values ?? undefined,
});

/** A thread that somebody made or changed: who may not read is not told what is in it. */
const presentChanged = ({ principal }: RequestFacts, { thread, values }: ThreadWithValues) =>
  presentThread(
    hasScope(principal, 'read')
      ? { thread, values }
      : { thread: { ...thread, interrupts: {} }, values: null },
  );

const collection = ({ threads, importThread }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/threads',
    scope: 'run',
    moreScopes: scopesOfThread,
    tag,
    summary: 'Create a thread; with supersteps, take it through them',
    example: { metadata: { team: 'billing' } },
    body: ThreadCreate,
    response: ThreadView,
    handle: async ({ body, request }) =>
      presentChanged(
        request,
        await importThread({
          threadId: body.thread_id,
          metadata: incomingState(body.metadata ?? {}, 'metadata') as JsonObject,
          ifExists: body.if_exists ?? 'raise',
          ttl: body.ttl,
          supersteps: toSupersteps(body.supersteps),
        }),
      ),
  }),
  route({
    method: 'post',
    path: '/threads/search',
    scope: 'read',
    tag,
    summary: 'Find threads',
    example: { status: 'interrupted', metadata: { team: 'billing' }, limit: 20 },
    body: Search,
    response: z.array(ThreadFoundView),
    handle: async ({ body }) => {
      const { items, total } = await threads.search({
        ...filterOf(body),
        limit: body.limit,
        offset: body.offset,
        sortBy: body.sort_by ?? 'created_at',
        sortOrder: body.sort_order ?? 'desc',
        bare: !showsValues(body),
      });
      const found = items.map((item) => {
        const view = presentThread(item);
        return { ...selectFields(view, body.select), ...extracted(view, body.extract) };
      });
      return new Reply(200, found, pageHeaders(total, body));
    },
  }),
  route({
    method: 'post',
    path: '/threads/count',
    scope: 'read',
    tag,
    summary: 'How many threads there are',
    body: ThreadFilterBody,
    response: z.number(),
    handle: ({ body }) => threads.count(filterOf(body)),
  }),
];

/** Whether a search is asked for values, which may be large. */
const showsValues = ({ select, extract: paths = {} }: z.output<typeof Search>): boolean =>
  (select?.includes('values') ?? true) || Object.values(paths).some((path) => path.startsWith('values'));

const toSupersteps = (supersteps: z.output<typeof ThreadCreate>['supersteps'] = []): SuperstepUpdate[][] =>
  supersteps.map(({ updates }) =>
    updates.map(({ values, command, as_node: asNode }) => ({
      values: incomingState(values, 'values') ?? null,
      command: toCommand(command),
      asNode,
    })),
  );

const extracted = (view: object, paths: Record<string, string> | undefined): object =>
  paths
    ? {
        extracted: Object.fromEntries(
          Object.entries(paths).map(([name, path]) => [name, extract(view, path)]),
        ),
      }
    : {};

const single = ({ threads, deleteThread }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id',
    scope: 'read',
    tag,
    summary: 'Get a thread with its values and waiting questions; include=ttl: and when it expires',
    params: ThreadParams,
    query: z.looseObject({ include: z.union([z.string(), z.array(z.string()).max(MOST_LISTED)]).optional() }),
    response: ThreadWithTtlView,
    handle: async ({ params, query }) => {
      const found = await threads.get(params.thread_id);
      const wantsTtl = [query.include ?? []].flat().includes('ttl');
      return { ...presentThread(found), ...(wantsTtl && { ttl: presentTtl(found.thread) }) };
    },
  }),
  route({
    method: 'patch',
    path: '/threads/:thread_id',
    scope: 'run',
    tag,
    summary: "Merge metadata into the thread's, or set when it expires",
    params: ThreadParams,
    body: ThreadPatchBody,
    response: ThreadView,
    also: { status: 204 },
    handle: async ({ params, body, request }) => {
      const metadata = incomingState(body.metadata ?? {}, 'metadata') as JsonObject;
      const patched = await threads.patch(params.thread_id, { metadata, ttl: body.ttl });
      return request.headers['prefer'] === 'return=minimal'
        ? new Reply(204)
        : presentChanged(request, patched);
    },
  }),
  route({
    method: 'delete',
    path: '/threads/:thread_id',
    scope: 'run',
    tag,
    summary: 'Delete a thread with its runs, checkpoints and log; what runs on it is stopped',
    params: ThreadParams,
    status: 204,
    handle: ({ params }) => deleteThread(params.thread_id),
  }),
];

const Section = z.object({ count: z.number(), bytes: z.number() });

const upkeep = ({ threads, copyThread, pruneThreads }: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/threads/:thread_id/copy',
    scope: 'run',
    tag,
    summary: 'Make a thread with the same states, questions included',
    params: ThreadParams,
    response: ThreadView,
    handle: async ({ params, request }) =>
      presentChanged(request, await threads.get(await copyThread(params.thread_id))),
  }),
  route({
    method: 'post',
    path: '/threads/prune',
    scope: 'operate',
    tag,
    summary: 'Delete threads, or all but the latest state of each',
    body: PruneBody,
    response: z.object({ pruned_count: z.number() }),
    handle: async ({ body }) => ({
      pruned_count: await pruneThreads({
        threadIds: body.thread_ids,
        strategy: body.strategy ?? 'delete',
      }),
    }),
  }),
  route({
    method: 'get',
    path: '/threads/:thread_id/storage',
    scope: 'read',
    tag,
    summary: "Bytes the thread's checkpoints take, as stored; channel values are within them",
    params: ThreadParams,
    response: z.object({
      thread_id: z.guid(),
      total_bytes: z.number(),
      checkpoints: Section,
      channel_values: Section,
      pending_writes: Section,
    }),
    handle: async ({ params }) => {
      const { checkpoints, writes } = await threads.size(params.thread_id);
      return {
        thread_id: params.thread_id,
        total_bytes: checkpoints.bytes + writes.bytes,
        checkpoints,
        channel_values: { count: 0, bytes: 0 },
        pending_writes: writes,
      };
    },
  }),
];
