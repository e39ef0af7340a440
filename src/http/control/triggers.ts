import { z } from 'zod';
import type { ReceiveEventInput } from '../../lifecycle/receive-event.ts';
import type { HookReceived, ReceiveHookInput } from '../../lifecycle/receive-hook.ts';
import { route, type RequestFacts, type Route } from '../route.ts';
import { WholeText } from '../schemas.ts';

export interface TriggerDeps {
  receiveEvent: (input: ReceiveEventInput) => Promise<{ already: boolean; waiting: number }>;
  receiveHook: (input: ReceiveHookInput) => Promise<HookReceived>;
  /** @throws {HoldpointError} `unauthenticated` when a secret is set and the signature is not by it. */
  checkSignature: (request: RequestFacts) => void;
}

const tag = 'triggers';

/** What lets paused threads go on from outside. */
export const triggerRoutes = (deps: TriggerDeps): Route[] => [
  route({
    method: 'post',
    path: '/hooks/:resume_token',
    scope: 'open',
    tag,
    summary: 'Resume by the URL of a pause: once, until the pause ends',
    example: { event: 'redis_ready', redis_url: 'redis://10.0.0.7' },
    params: z.object({ resume_token: z.string().min(1).max(200) }),
    response: z.object({
      resumed: z.boolean(),
      waiting_for: z
        .unknown()
        .meta({ description: 'What else must hold, or what stands in the way for now; null when resumed' }),
    }),
    status: 202,
    handle: async ({ params, request, body }) => {
      deps.checkSignature(request);
      const { resumed, waitingFor } = await deps.receiveHook({ token: params.resume_token, body });
      return { resumed, waiting_for: waitingFor };
    },
    body: z.unknown().meta({
      description:
        'any JSON: `{"event": …}` and whatever the agent is to know, which is the `data` of the resume',
    }),
  }),
  route({
    method: 'post',
    path: '/events',
    scope: 'operate',
    tag,
    summary: 'Tell everybody who waits for it of an event; each thread resumes once per event id',
    example: { type: 'deployed', id: 'deploy-4711', data: { service: 'billing' } },
    body: z.object({
      type: WholeText.min(1).max(200),
      id: WholeText.min(1).max(200).meta({ description: 'The same when the event is sent again' }),
      data: z.unknown().optional(),
    }),
    response: z.object({
      id: z.string(),
      already: z.boolean().meta({ description: 'It had come before: nothing is done' }),
      waiting: z.number().meta({ description: 'How many pauses wait for events of this type' }),
    }),
    status: 202,
    handle: async ({ body }) => {
      const { id, type, data } = body;
      return { id, ...(await deps.receiveEvent({ eventId: id, type, data })) };
    },
  }),
];
