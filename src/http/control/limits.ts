import { AssistantLimits } from '../../model/assistant-limits.ts';
import type { Limits } from '../../resources/limits.ts';
import { Reply, route, type Route } from '../route.ts';
import { AssistantParams } from '../schemas.ts';

const tag = 'limits';
const path = '/assistants/:assistant_id/limits';

export interface LimitDeps {
  limits: Limits;
}

/** How much of the workers the runs of an assistant may take. */
export const limitRoutes = (deps: LimitDeps): Route[] => [
  route({
    method: 'get',
    path,
    scope: 'read',
    tag,
    summary: 'How many runs of an assistant may be at work at the same time, and their priority',
    params: AssistantParams,
    response: AssistantLimits,
    handle: ({ params }) => deps.limits.get(params.assistant_id),
  }),
  route({
    method: 'put',
    path,
    scope: 'admin',
    tag,
    summary: 'Set them, in place of those before; what is at work goes on',
    example: { max_running: 5, priority: -10 },
    params: AssistantParams,
    body: AssistantLimits,
    response: AssistantLimits,
    handle: ({ params, body, request }) =>
      deps.limits.put({ assistantId: params.assistant_id, limits: body, actor: request.actor }),
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
      await deps.limits.remove(params.assistant_id);
      return new Reply(204);
    },
  }),
];
