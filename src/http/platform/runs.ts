import { z } from 'zod';
import { STREAM_MODES, type Run } from '../../model/run.ts';
import { statesShownAs } from '../../model/wire-status.ts';
import { presentRun, selectFields } from '../present.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import {
  A_RUN,
  queryList,
  QueryFlag,
  QueryPaging,
  RunCreate,
  RunParams,
  RunView,
  ThreadParams,
  WIRE_RUN_STATUSES,
} from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { toLaunchInput, type RunRequest } from './run-request.ts';
import { followReply, waitReply } from './run-streams.ts';
import { scopesOfFollowing, scopesOfRun } from '../scopes.ts';

const tag = 'runs';

export const runRoutes = (deps: PlatformDeps): Route[] => [
  ...creating(deps),
  ...reading(deps),
  ...following(deps),
  ...ending(deps),
];

const creating = (deps: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/threads/:thread_id/runs',
    scope: 'run',
    moreScopes: scopesOfRun,
    tag,
    summary: 'Start a run; it goes on in the background',
    example: A_RUN,
    params: ThreadParams,
    body: RunCreate,
    idempotent: true,
    response: RunView,
    handle: async ({ params, body, request }) => {
      const run = await launch(deps, { threadId: params.thread_id, body, request, live: false });
      return new Reply(200, presentRun(run), {
        'Content-Location': `/threads/${run.threadId}/runs/${run.runId}`,
      });
    },
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/runs/stream',
    scope: 'run',
    moreScopes: scopesOfRun,
    tag,
    summary: 'Start a run and follow it as server-sent events',
    params: ThreadParams,
    body: RunCreate,
    idempotent: true,
    produces: 'text/event-stream',
    handle: async ({ params, body, request }) => {
      const run = await launch(deps, { threadId: params.thread_id, body, request, live: true });
      return followReply(deps, { ...ofNew(run, request), run });
    },
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/runs/wait',
    scope: 'run',
    moreScopes: scopesOfRun,
    tag,
    summary: 'Start a run and answer with its result',
    params: ThreadParams,
    body: RunCreate,
    idempotent: true,
    response: z.record(z.string(), z.unknown()),
    handle: async ({ params, body, request }) => {
      const run = await launch(deps, { threadId: params.thread_id, body, request, live: false });
      return waitReply(deps, { ...ofNew(run, request), run });
    },
  }),
];

const launch = (deps: PlatformDeps, asked: RunRequest): Promise<Run> =>
  deps.launchRun(toLaunchInput(asked, deps.newId));

const ofNew = ({ kwargs }: Run, { actor }: RequestFacts) => ({
  actor,
  cancelOnDisconnect: kwargs.on_disconnect === 'cancel',
});

const reading = (deps: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/runs',
    scope: 'read',
    tag,
    summary: "A thread's runs, newest first",
    params: ThreadParams,
    query: z.object({
      ...QueryPaging,
      status: z.enum(WIRE_RUN_STATUSES).optional(),
      select: queryList(RunView.keyof().options as [string, ...string[]]),
    }),
    response: z.array(RunView.partial()),
    handle: async ({ params, query }) => {
      const { thread } = await deps.threads.get(params.thread_id);
      const states = query.status === undefined ? undefined : statesShownAs(query.status);
      const { limit, offset } = query;
      const runs = await deps.listRuns({
        threadId: thread.threadId,
        limit,
        offset,
        ...(states && { states }),
      });
      return runs.map((run) => selectFields(presentRun(run), query.select));
    },
  }),
  route({
    method: 'get',
    path: '/threads/:thread_id/runs/:run_id',
    scope: 'read',
    tag,
    summary: 'Get a run',
    params: RunParams,
    response: RunView,
    handle: async ({ params }) => presentRun(await deps.getRun(idOf(params))),
  }),
];

const following = (deps: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/runs/:run_id/join',
    scope: 'read',
    moreScopes: scopesOfFollowing,
    tag,
    summary: 'Wait for a run and answer with its result',
    params: RunParams,
    query: z.object({ cancel_on_disconnect: QueryFlag }),
    response: z.record(z.string(), z.unknown()),
    handle: async ({ params, query, request }) =>
      waitReply(deps, {
        run: await deps.getRun(idOf(params)),
        actor: request.actor,
        cancelOnDisconnect: query.cancel_on_disconnect,
      }),
  }),
  route({
    method: 'get',
    path: '/threads/:thread_id/runs/:run_id/stream',
    scope: 'read',
    moreScopes: scopesOfFollowing,
    tag,
    summary: 'Follow a run; Last-Event-ID continues after that event, -1 (or none) from the start',
    params: RunParams,
    query: z.object({
      stream_mode: queryList(STREAM_MODES),
      cancel_on_disconnect: QueryFlag,
    }),
    produces: 'text/event-stream',
    handle: async ({ params, query, request }) =>
      followReply(deps, {
        run: await deps.getRun(idOf(params)),
        actor: request.actor,
        cancelOnDisconnect: query.cancel_on_disconnect,
        modes: query.stream_mode,
        lastEventId: request.headers['last-event-id'] as string | undefined,
      }),
  }),
];

const Cancel = z.object({ wait: QueryFlag, action: z.enum(['interrupt', 'rollback']).default('interrupt') });

const ending = (deps: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/threads/:thread_id/runs/:run_id/cancel',
    scope: 'run',
    tag,
    summary: 'Cancel a run (action=rollback: and delete what it did); with wait, answer when it has stopped',
    params: RunParams,
    query: Cancel,
    status: 202,
    also: { status: 204 },
    handle: async ({ params, query, request }) => {
      const { action } = query;
      const run = await deps.cancelRun({ ...idOf(params), action, actor: request.actor });
      if (!query.wait) return new Reply(202, {});
      await deps.awaitRun({ ...idOf(params), signal: request.signal });
      return new Reply(204, undefined, { 'Content-Location': `/threads/${run.threadId}/runs/${run.runId}` });
    },
  }),
  route({
    method: 'delete',
    path: '/threads/:thread_id/runs/:run_id',
    scope: 'run',
    tag,
    summary: 'Delete a run and its events; one that runs is cancelled first',
    params: RunParams,
    status: 204,
    handle: ({ params, request }) => deps.deleteRun({ ...idOf(params), actor: request.actor }),
  }),
];

const idOf = (params: z.output<typeof RunParams>) => ({ threadId: params.thread_id, runId: params.run_id });
