import { z } from 'zod';
import { PauseConditions } from '../../model/pause-conditions.ts';
import type { Watch } from '../../resources/watch.ts';
import { Reply, route, type Route } from '../route.ts';
import { AssistantParams, ThreadParams } from '../schemas.ts';

const tag = 'pause conditions';
const path = '/assistants/:assistant_id/pause-conditions';

export interface WatchDeps {
  watch: Watch;
}

const UsageView = z.object({
  run_id: z.guid(),
  model: z.string().nullable(),
  calls: z.number(),
  input_tokens: z.number(),
  output_tokens: z.number(),
  cost: z.number().meta({ description: 'By the prices of the budget; 0 without one' }),
});

/** What the server watches itself, and pauses a run for. */
export const pauseConditionRoutes = (deps: WatchDeps): Route[] => [
  route({
    method: 'get',
    path,
    scope: 'read',
    tag,
    summary: 'Conditions under which the runs of an assistant are paused by themselves',
    params: AssistantParams,
    response: PauseConditions,
    handle: ({ params }) => deps.watch.get(params.assistant_id),
  }),
  route({
    method: 'put',
    path,
    scope: 'admin',
    tag,
    summary: 'Set them, in place of those before; they hold from the next attempt of each run on',
    example: { error_threshold: { count: 3, window_ms: 600_000 }, context_budget: { max_tokens: 200_000 } },
    params: AssistantParams,
    body: PauseConditions,
    response: PauseConditions,
    handle: ({ params, body, request }) =>
      deps.watch.put({ assistantId: params.assistant_id, conditions: body, actor: request.actor }),
  }),
  route({
    method: 'delete',
    path,
    scope: 'admin',
    tag,
    summary: 'Take them away',
    params: AssistantParams,
    status: 204,
    handle: async ({ params }) => {
      await deps.watch.remove(params.assistant_id);
      return new Reply(204);
    },
  }),
  route({
    method: 'get',
    path: '/threads/:thread_id/usage',
    scope: 'read',
    tag,
    summary:
      'What the runs of a thread have spent, by model; metered where the assistant has pause conditions',
    params: ThreadParams,
    response: z.array(UsageView),
    handle: async ({ params }) =>
      (await deps.watch.usage(params.thread_id)).map((usage) => ({
        run_id: usage.runId,
        model: usage.model === '' ? null : usage.model,
        calls: usage.calls,
        input_tokens: usage.inputTokens,
        output_tokens: usage.outputTokens,
        cost: usage.cost,
      })),
  }),
];
