import { z } from 'zod';
import type { JsonObject } from '../../model/json.ts';
import type { PartialOutput } from '../../model/partial-output.ts';
import type { CheckpointRef } from '../../model/run.ts';
import { route, type Route } from '../route.ts';
import {
  CheckpointCoordinates,
  HistoryBody,
  HistoryQueryString,
  JsonObjectBody,
  QueryFlag,
  StateUpdateBody,
  StateUpdatedView,
  StateView,
  ThreadParams,
} from '../schemas.ts';
import type { PlatformDeps } from './deps.ts';
import { incomingState } from './incoming-state.ts';
import { refuseTwoCheckpoints } from './run-request.ts';

const tag = 'state';

const AtCheckpoint = z.object({ checkpoint: CheckpointCoordinates, subgraphs: z.boolean().nullish() });

export const stateRoutes = (deps: PlatformDeps): Route[] => [
  ...latest(deps),
  ...metadataOf(deps),
  ...atCheckpoint(deps),
  ...history(deps),
];

const latest = ({ states, updateState }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/state',
    scope: 'read',
    tag,
    summary: "The thread's latest state",
    params: ThreadParams,
    query: z.object({ subgraphs: QueryFlag }),
    response: StateView,
    handle: async ({ params, query }) => {
      const state = await states.get({ threadId: params.thread_id, subgraphs: query.subgraphs });
      const partial = await states.partial(params.thread_id);
      return { ...state, ...(partial && { partial_output: presentPartial(partial) }) };
    },
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/state',
    scope: 'decide',
    tag,
    summary: 'Edit the state as if a node had returned the values',
    example: { values: { notes: ['checked'] }, as_node: 'plan' },
    params: ThreadParams,
    body: StateUpdateBody,
    response: StateUpdatedView,
    handle: async ({ params, body }) => {
      refuseTwoCheckpoints(body);
      const checkpoint = await updateState({
        threadId: params.thread_id,
        values: incomingState(body.values, 'values') ?? null,
        asNode: body.as_node,
        checkpoint: refOf({ checkpoint_id: body.checkpoint_id, ...body.checkpoint }),
      });
      return { checkpoint };
    },
  }),
];

const presentPartial = ({ runId, attempt, updatedAt, messages }: PartialOutput) => ({
  run_id: runId,
  attempt,
  updated_at: updatedAt,
  messages: messages.map(({ node, checkpointNs, text }) => ({ node, checkpoint_ns: checkpointNs, text })),
});

const metadataOf = ({ threads }: PlatformDeps): Route[] => [
  route({
    method: 'patch',
    path: '/threads/:thread_id/state',
    scope: 'run',
    tag,
    summary: "Merge metadata into the thread's, as the SDK's patchState asks",
    params: ThreadParams,
    body: z.looseObject({ metadata: JsonObjectBody.nullish() }),
    status: 204,
    handle: async ({ params, body }) => {
      const metadata = incomingState(body.metadata ?? {}, 'metadata') as JsonObject;
      await threads.patch(params.thread_id, { metadata });
    },
  }),
];

const atCheckpoint = ({ states }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/state/:checkpoint_id',
    scope: 'read',
    tag,
    summary: 'The state at a checkpoint',
    params: ThreadParams.extend({ checkpoint_id: z.string().min(1) }),
    query: z.object({ subgraphs: QueryFlag }),
    response: StateView,
    handle: ({ params, query }) =>
      states.get({
        threadId: params.thread_id,
        checkpoint: { checkpoint_id: params.checkpoint_id },
        subgraphs: query.subgraphs,
      }),
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/state/checkpoint',
    scope: 'read',
    tag,
    summary: 'The state at a checkpoint, also of a subgraph',
    params: ThreadParams,
    body: AtCheckpoint,
    response: StateView,
    handle: ({ params, body }) =>
      states.get({
        threadId: params.thread_id,
        checkpoint: refOf(body.checkpoint),
        subgraphs: body.subgraphs ?? false,
      }),
  }),
];

const history = ({ states }: PlatformDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/history',
    scope: 'read',
    tag,
    summary: 'Past states, newest first',
    params: ThreadParams,
    query: HistoryQueryString,
    response: z.array(StateView),
    handle: ({ params, query }) =>
      states.history({ threadId: params.thread_id, limit: query.limit, before: query.before }),
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/history',
    scope: 'read',
    tag,
    summary: 'Past states, newest first, filtered',
    params: ThreadParams,
    body: HistoryBody,
    response: z.array(StateView),
    handle: ({ params, body }) =>
      states.history({
        threadId: params.thread_id,
        limit: body.limit,
        before: body.before,
        metadata: incomingState(body.metadata ?? undefined, 'metadata') as JsonObject | undefined,
        checkpoint: body.checkpoint && refOf(body.checkpoint),
      }),
  }),
];

const refOf = (checkpoint: CheckpointRef): CheckpointRef | undefined => {
  const { checkpoint_id, checkpoint_ns, checkpoint_map } = checkpoint;
  if (checkpoint_id === undefined && checkpoint_ns === undefined) return undefined;
  return {
    ...(checkpoint_id !== undefined && { checkpoint_id }),
    ...(checkpoint_ns !== undefined && { checkpoint_ns }),
    ...(checkpoint_map != null && { checkpoint_map }),
  };
};
