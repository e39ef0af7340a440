import { z } from 'zod';
import { STREAM_MODES, type Run } from '../../model/run.ts';
import { onceOfEach } from '../idempotency-key.ts';
import { presentRun } from '../present.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import { A_RUN, queryList, QueryFlag, RunCreate, RunView, Uuid } from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { toLaunchInput, type RunRequest } from './run-request.ts';
import { followReply, waitReply } from './run-streams.ts';
import { scopesOfBatch, scopesOfFollowing, scopesOfOwnRun } from '../scopes.ts';

const tag = 'stateless';

/** Runs that bring a thread of their own, which goes when they have ended unless `on_completion` is "keep". */
export const statelessRoutes = (deps: PlatformDeps): Route[] => [
  ...creating(deps),
  startingSeveral(deps),
  ...following(deps),
];

const launch = (deps: PlatformDeps, asked: Omit<RunRequest, 'threadId'>): Promise<Run> =>
  deps.launchRun(toLaunchInput({ ...asked, threadId: null }, deps.newId));

const creating = (deps: PlatformDeps): Route[] => [
  route({
    method: 'post',
    path: '/runs',
    scope: 'run',
    moreScopes: scopesOfOwnRun,
    tag,
    summary: 'Start a run on a thread of its own; it goes on in the background',
    example: A_RUN,
    body: RunCreate,
    idempotent: true,
    response: RunView,
    handle: async ({ body, request }) => {
      const run = await launch(deps, { body, request, live: false });
      return new Reply(200, presentRun(run), { 'Content-Location': pathOf(run.runId) });
    },
  }),
  route({
    method: 'post',
    path: '/runs/stream',
    scope: 'run',
    moreScopes: scopesOfOwnRun,
    tag,
    summary: 'Start a run on a thread of its own and follow it as server-sent events',
    body: RunCreate,
    idempotent: true,
    produces: 'text/event-stream',
    handle: async ({ body, request }) => {
      const run = await launch(deps, { body, request, live: true });
      return followReply(deps, { ...ofNew(run, request), run });
    },
  }),
  route({
    method: 'post',
    path: '/runs/wait',
    scope: 'run',
    moreScopes: scopesOfOwnRun,
    tag,
    summary: 'Start a run on a thread of its own and answer with its result',
    body: RunCreate,
    idempotent: true,
    response: z.record(z.string(), z.unknown()),
    handle: async ({ body, request }) => {
      const run = await launch(deps, { body, request, live: false });
      return waitReply(deps, { ...ofNew(run, request), run });
    },
  }),
];

const startingSeveral = (deps: PlatformDeps): Route =>
  route({
    method: 'post',
    path: '/runs/batch',
    scope: 'run',
    moreScopes: scopesOfBatch,
    tag,
    summary: 'Start several runs, each on a thread of its own: all of them or none',
    body: z.array(RunCreate).min(1).max(1000),
    idempotent: true,
    response: z.array(RunView),
    handle: async ({ body, request }) => {
      const once = onceOfEach(request, { kind: 'batch' }, body.length);
      const each = { threadId: null, request: { ...request, idempotencyKey: undefined }, live: false };
      const asked = body.map((one) => toLaunchInput({ ...each, body: one }, deps.newId));
      const runs = await deps.launchRuns(asked.map((input, at) => ({ ...input, once: once[at] })));
      return runs.map(presentRun);
    },
  });

const pathOf = (runId: string): string => `/runs/${runId}`;

const ofNew = ({ runId, kwargs }: Run, { actor }: RequestFacts) => ({
  actor,
  path: pathOf(runId),
  cancelOnDisconnect: kwargs.on_disconnect === 'cancel',
});

const RunParams = z.object({ run_id: Uuid });

const following = (deps: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/runs/:run_id/stream',
    scope: 'read',
    moreScopes: scopesOfFollowing,
    tag,
    summary: 'Follow a run of whatever thread; Last-Event-ID continues after that event',
    params: RunParams,
    query: z.object({ stream_mode: queryList(STREAM_MODES), cancel_on_disconnect: QueryFlag }),
    produces: 'text/event-stream',
    handle: async ({ params, query, request }) =>
      followReply(deps, {
        run: await deps.getRun({ runId: params.run_id }),
        actor: request.actor,
        path: pathOf(params.run_id),
        cancelOnDisconnect: query.cancel_on_disconnect,
        modes: query.stream_mode,
        lastEventId: request.headers['last-event-id'] as string | undefined,
      }),
  }),
  route({
    method: 'get',
    path: '/runs/:run_id/join',
    scope: 'read',
    moreScopes: scopesOfFollowing,
    tag,
    summary: 'Wait for a run of whatever thread and answer with its result',
    params: RunParams,
    query: z.object({ cancel_on_disconnect: QueryFlag }),
    response: z.record(z.string(), z.unknown()),
    handle: async ({ params, query, request }) =>
      waitReply(deps, {
        run: await deps.getRun({ runId: params.run_id }),
        actor: request.actor,
        path: pathOf(params.run_id),
        cancelOnDisconnect: query.cancel_on_disconnect,
      }),
  }),
];
