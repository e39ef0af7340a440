import { z } from 'zod';
import { DECISIONS, STICKY_SCOPES, type StickyDecision } from '../../model/approval.ts';
import { pageHeaders } from '../present.ts';
import { Reply, route, type Route } from '../route.ts';
import { QueryPaging, Uuid } from '../schemas.ts';

const tag = 'approvals';

export interface StickyDeps {
  searchSticky: (query: {
    threadId?: string | undefined;
    assistantId?: string | undefined;
    tool?: string | undefined;
    limit: number;
    offset: number;
  }) => Promise<{ items: StickyDecision[]; total: number }>;
  revokeSticky: (input: { stickyId: string; actor: string }) => Promise<void>;
}

const StickyView = z.object({
  id: z.guid(),
  scope: z.enum(STICKY_SCOPES),
  thread_id: z.guid().nullable(),
  assistant_id: z.guid().nullable(),
  tool: z.string(),
  decision: z.enum(DECISIONS),
  message: z.string().nullable(),
  decided_by: z.string(),
  approval_id: z.guid().meta({ description: 'The question it was first said to' }),
  created_at: z.string(),
});

/** Decisions that are remembered. */
export const stickyRoutes = ({ searchSticky, revokeSticky }: StickyDeps): Route[] => [
  route({
    method: 'get',
    path: '/sticky-decisions',
    scope: 'read',
    tag,
    summary: 'Remembered decisions in force, oldest first',
    query: z.object({
      ...QueryPaging,
      thread_id: Uuid.optional(),
      assistant_id: Uuid.optional(),
      tool: z.string().min(1).optional(),
    }),
    response: z.array(StickyView),
    handle: async ({ query }) => {
      const { limit, offset, tool, thread_id: threadId, assistant_id: assistantId } = query;
      const { items, total } = await searchSticky({ threadId, assistantId, tool, limit, offset });
      return new Reply(200, items.map(presentSticky), pageHeaders(total, query));
    },
  }),
  route({
    method: 'delete',
    path: '/sticky-decisions/:sticky_id',
    scope: 'decide',
    tag,
    summary: 'Forget a remembered decision; what it answered stays answered',
    params: z.object({ sticky_id: Uuid }),
    status: 204,
    handle: ({ params, request }) => revokeSticky({ stickyId: params.sticky_id, actor: request.actor }),
  }),
];

const presentSticky = (sticky: StickyDecision) => ({
  id: sticky.stickyId,
  scope: sticky.scope,
  thread_id: sticky.scope === 'thread' ? sticky.scopeId : null,
  assistant_id: sticky.scope === 'assistant' ? sticky.scopeId : null,
  tool: sticky.tool,
  decision: sticky.decision,
  message: sticky.message,
  decided_by: sticky.decidedBy,
  approval_id: sticky.approvalId,
  created_at: sticky.createdAt,
});
