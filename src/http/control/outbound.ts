import { z } from 'zod';
import { OUTBOUND_STATUSES, type OutboundMessage } from '../../model/outbound.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { QueryPaging } from '../schemas.ts';
import type { ControlDeps } from './deps.ts';

const tag = 'outbound';

const OutboundView = z.object({
  outbound_id: z.string().meta({ description: 'The `webhook-id` of every attempt' }),
  kind: z.string(),
  url: z.string(),
  body: z.unknown(),
  thread_id: z.string().nullable(),
  run_id: z.string().nullable(),
  status: z.enum(OUTBOUND_STATUSES),
  attempts: z.number(),
  next_attempt_at: z.string().nullable(),
  answer_status: z.number().nullable(),
  error: z.string().nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

const OutboundParams = z.object({ outbound_id: z.string().min(1).max(200) });

export const outboundRoutes = ({ outbound }: ControlDeps): Route[] => [
  route({
    method: 'get',
    path: '/outbound',
    scope: 'read',
    tag,
    summary: 'List webhooks, notices and announcements, newest first',
    query: z.object({
      status: z.enum(OUTBOUND_STATUSES).optional(),
      kind: z.string().min(1).max(200).optional(),
      ...QueryPaging,
    }),
    response: z.array(OutboundView),
    handle: async ({ query }) => {
      const { items, total } = await outbound.list(query);
      return new Reply(200, items.map(presentOutbound), pageHeaders(total, query));
    },
  }),
  route({
    method: 'get',
    path: '/outbound/:outbound_id',
    scope: 'read',
    tag,
    summary: 'Get an outgoing message',
    params: OutboundParams,
    response: OutboundView,
    handle: async ({ params }) => presentOutbound(await outbound.get(params.outbound_id)),
  }),
  route({
    method: 'post',
    path: '/outbound/:outbound_id/retry',
    scope: 'operate',
    tag,
    summary: 'Send a failed message again',
    params: OutboundParams,
    response: OutboundView,
    status: 202,
    handle: async ({ params }) => presentOutbound(await outbound.retry(params.outbound_id)),
  }),
];

const presentOutbound = (message: OutboundMessage) => ({
  outbound_id: message.outboundId,
  kind: message.kind,
  url: message.url,
  body: JSON.parse(message.body) as unknown,
  thread_id: message.threadId,
  run_id: message.runId,
  status: message.status,
  attempts: message.attempts,
  next_attempt_at: message.nextMs === null ? null : new Date(message.nextMs).toISOString(),
  answer_status: message.answerStatus,
  error: message.error,
  created_at: message.createdAt,
  updated_at: message.updatedAt,
});
