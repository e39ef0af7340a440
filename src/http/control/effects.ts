import { z } from 'zod';
import { EFFECT_STATES, IN_DOUBT_RULES, type Effect } from '../../model/effect.ts';
import { route, type Route } from '../route.ts';
import { ThreadParams } from '../schemas.ts';

export interface EffectDeps {
  listEffects: (threadId: string) => Promise<Effect[]>;
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

/** What a thread did to the world outside of its state. */
export const effectRoutes = ({ listEffects }: EffectDeps): Route[] => [
  route({
    method: 'get',
    path: '/threads/:thread_id/effects',
    tag: 'effects',
    summary: 'Side effects of a thread, in the order they were intended',
    params: ThreadParams,
    response: z.array(EffectView),
    handle: async ({ params }) => (await listEffects(params.thread_id)).map(presentEffect),
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
