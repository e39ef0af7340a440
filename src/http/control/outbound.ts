import { z } from 'zod';
import type { Principal } from '../../model/principal.ts';
import { isMail, OUTBOUND_STATUSES, type OutboundMessage } from '../../model/outbound.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type RequestFacts, type Route } from '../route.ts';
import { QueryPaging } from '../schemas.ts';
import type { ControlDeps } from './deps.ts';

const tag = 'outbound';

const OutboundView = z.object({
  outbound_id: z.string().meta({ description: 'The `webhook-id` of every attempt' }),
  kind: z.string(),
  url: z
    .string()
    .meta({ description: 'For a key without the scope `admin` without what may be a secret in it' }),
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
    handle: async ({ query, request }) => {
      const { items, total } = await outbound.list(query);
      const views = items.map((message) => presentOutbound(message, request));
      return new Reply(200, views, pageHeaders(total, query));
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
    handle: async ({ params, request }) => presentOutbound(await outbound.get(params.outbound_id), request),
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
    handle: async ({ params, request }) => presentOutbound(await outbound.retry(params.outbound_id), request),
  }),
];

const presentOutbound = (message: OutboundMessage, { principal }: RequestFacts) => ({
  outbound_id: message.outboundId,
  kind: message.kind,
  url: isAdmin(principal) ? message.url : originOf(message.url),
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

const isAdmin = (principal: Principal | undefined): boolean =>
  !principal?.key || principal.key.scopes.includes('admin');

/** Whoever knows the whole address of a chat may write there. */
const originOf = (url: string): string => {
  if (isMail(url) || !URL.canParse(url)) return url;
  const { protocol, host } = new URL(url);
  return `${protocol}//${host}/…`;
};
