import { z } from 'zod';
import { TARGET_CHANNELS, TARGET_EVENTS, type NotificationTarget } from '../../model/notification-target.ts';
import { HoldpointError } from '../../model/errors.ts';
import type { NotificationTargets } from '../../resources/notification-targets.ts';
import { MOST_LISTED } from '../bounds.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { QueryPaging, Uuid } from '../schemas.ts';

export interface NotificationDeps {
  notifications: NotificationTargets & {
    /** Tells this one something, to see whether it arrives. */
    test(target: NotificationTarget): Promise<string>;
  };
  /** Where in the console a signed link leads; undefined when it is not this server's, or too old. */
  openLink: (token: string) => string | undefined;
}

const tag = 'notifications';

const TargetView = z.object({
  target_id: z.guid(),
  assistant_id: z.guid().nullable().meta({ description: 'Only what concerns it; null for all' }),
  channel: z.enum(TARGET_CHANNELS),
  address: z.string(),
  events: z.array(z.enum(TARGET_EVENTS)),
  created_by: z.string(),
  created_at: z.string(),
});

const TargetParams = z.object({ target_id: Uuid });
const AssistantId = z.string().min(1).max(200);

/** Who is told of what, and the links that are in what they are told. */
export const notificationRoutes = (deps: NotificationDeps): Route[] => [
  ...changing(deps),
  ...reading(deps),
  opening(deps),
];

const changing = ({ notifications }: NotificationDeps): Route[] => [
  route({
    method: 'post',
    path: '/notification-targets',
    scope: 'admin',
    tag,
    summary: 'Tell somebody of questions, pauses, refused resumes and emergency stops',
    example: { channel: 'email', address: 'ada@example.com', events: ['question', 'emergency_stop'] },
    body: z.object({
      channel: z.enum(TARGET_CHANNELS),
      address: z.string().min(1).max(2000).meta({ description: 'A URL, or a mail address' }),
      assistant_id: AssistantId.nullish(),
      events: z
        .array(z.enum(TARGET_EVENTS))
        .min(1)
        .max(MOST_LISTED)
        .default([...TARGET_EVENTS]),
    }),
    response: TargetView,
    handle: async ({ body, request }) => {
      const { assistant_id, ...rest } = body;
      const asked = { ...rest, assistantId: assistant_id ?? undefined, actor: request.actor };
      return present(await notifications.create(asked));
    },
  }),
  route({
    method: 'delete',
    path: '/notification-targets/:target_id',
    scope: 'admin',
    tag,
    summary: 'Tell them no more',
    params: TargetParams,
    status: 204,
    handle: ({ params }) => notifications.remove(params.target_id),
  }),
  route({
    method: 'post',
    path: '/notification-targets/:target_id/test',
    scope: 'admin',
    tag,
    summary: 'Send them a message, to see whether it arrives',
    params: TargetParams,
    response: z.object({ outbound_id: z.string() }),
    status: 202,
    handle: async ({ params }) => ({
      outbound_id: await notifications.test(await notifications.get(params.target_id)),
    }),
  }),
];

const reading = ({ notifications }: NotificationDeps): Route[] => [
  route({
    method: 'get',
    path: '/notification-targets',
    scope: 'admin',
    tag,
    summary: 'Who is told of what, oldest first',
    query: z.object({ ...QueryPaging, assistant_id: AssistantId.optional() }),
    response: z.array(TargetView),
    handle: async ({ query }) => {
      const { limit, offset, assistant_id: assistantId } = query;
      const { items, total } = await notifications.list({ assistantId, limit, offset });
      return new Reply(200, items.map(present), pageHeaders(total, query));
    },
  }),
  route({
    method: 'get',
    path: '/notification-targets/:target_id',
    scope: 'admin',
    tag,
    summary: 'One of them',
    params: TargetParams,
    response: TargetView,
    handle: async ({ params }) => present(await notifications.get(params.target_id)),
  }),
];

const opening = ({ openLink }: NotificationDeps): Route =>
  route({
    method: 'get',
    path: '/links/:token',
    scope: 'open',
    tag,
    summary: 'Where a link in a notification leads: a page of the console, which asks who you are',
    params: z.object({ token: z.string().min(1).max(2000) }),
    status: 302,
    handle: ({ params }) => {
      const location = openLink(params.token);
      if (location !== undefined) return new Reply(302, {}, { Location: location });
      throw new HoldpointError('link_not_found', 'This link is not by this server, or is too old.');
    },
  });

const present = (target: NotificationTarget) => ({
  target_id: target.targetId,
  assistant_id: target.assistantId,
  channel: target.channel,
  address: target.address,
  events: target.events,
  created_by: target.createdBy,
  created_at: target.createdAt,
});
