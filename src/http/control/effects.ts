import { z } from 'zod';
import type { Json } from '../../model/json.ts';
import { EFFECT_STATES, IN_DOUBT_RULES, type Effect } from '../../model/effect.ts';
import type { ResolveEffect } from '../../lifecycle/resolve-effect.ts';
import { actorOf, route, type Route } from '../route.ts';
import { ThreadParams } from '../schemas.ts';

export interface EffectDeps {
  listEffects: (threadId: string) => Promise<Effect[]>;
  /** 409 when it is not in doubt (any more), while a run is at work, and when a question about it waits. */
  resolveEffect: ResolveEffect;
}

const EffectView = z.object({
  key: z
    .string()
    .meta({ description: 'The same on every replay: handed to the target to tell a repetition' }),
  name: z.string(),
  state: z.enum(EFFECT_STATES).meta({
    description: '`intended`: it may or may not have happened; `done`; `failed`: it did not happen',
  }),
  on_in_doubt: z.enum(IN_DOUBT_RULES),
  checkpoint_ns: z.string(),
  task_id: z.string(),
  tool_call_id: z.string().nullable(),
  run_id: z.string(),
  result: z.unknown(),
  error: z.string().nullable(),
  intended_at: z.string(),
  settled_at: z.string().nullable(),
});

const Resolution = z.strictObject({
  happened: z.boolean().meta({
    description: 'true: it is not done again, and the graph is given `result`; false: it may be done',
  }),
  result: z
    .unknown()
    .optional()
    .meta({ description: 'With `happened: true`: what the graph is to be given' }),
  decided_by: z.string().min(1).max(200).optional(),
});

/** What a thread did to the world outside of its state. */
export const effectRoutes = ({ listEffects, resolveEffect }: EffectDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/effects',
    scope: 'read',
    tag: 'effects',
    summary: 'Side effects of a thread, in the order they were intended',
    params: ThreadParams,
    response: z.array(EffectView),
    handle: async ({ params }) => (await listEffects(params.thread_id)).map(presentEffect),
  }),
  route({
    method: 'post',
    path: '/threads/:thread_id/effects/:effect_key/resolution',
    scope: 'decide',
    tag: 'effects',
    summary: 'Say of an effect in doubt, on a thread at rest, whether it happened',
    example: { happened: true, result: 'sent at noon', decided_by: 'ada' },
    params: ThreadParams.extend({ effect_key: z.string().min(1) }),
    body: Resolution,
    response: EffectView,
    handle: async ({ params, body, request }) =>
      presentEffect(
        await resolveEffect({
          threadId: params.thread_id,
          key: params.effect_key,
          happened: body.happened,
          result: (body.result ?? null) as Json, // it was read from JSON
          actor: actorOf(request, body.decided_by),
        }),
      ),
  }),
];

const presentEffect = (effect: Effect) => ({
  key: effect.key,
  name: effect.name,
  state: effect.state,
  on_in_doubt: effect.onInDoubt,
  checkpoint_ns: effect.checkpointNs,
  task_id: effect.taskId,
  tool_call_id: effect.toolCallId,
  run_id: effect.runId,
  result: effect.result,
  error: effect.error,
  intended_at: effect.intendedAt,
  settled_at: effect.settledAt,
});
