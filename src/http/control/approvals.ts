import { z } from 'zod';
import { APPROVAL_STATUSES, EXPIRY_RULES } from '../../model/approval.ts';
import type { Approval, ApprovalSearch } from '../../model/approval.ts';
import { toUtc } from '../../model/clock.ts';
import type { DecideApprovalInput, DecidedApproval } from '../../lifecycle/decide-approval.ts';
import type { SetDeadlineInput } from '../../lifecycle/set-deadline.ts';
import { pageHeaders } from '../present.ts';
import { actorOf, Reply, route, type Route } from '../route.ts';
import { QueryPaging } from '../schemas.ts';
import { ApprovalDecision, ApprovalView, presentApproval, verdictsOf } from './approval-view.ts';

const tag = 'approvals';

export interface ApprovalDeps {
  getApproval: (approvalId: string) => Promise<Approval>;
  searchApprovals: (query: ApprovalSearch) => Promise<{ items: Approval[]; total: number }>;
  decideApproval: (input: DecideApprovalInput) => Promise<DecidedApproval>;
  setDeadline: (input: SetDeadlineInput) => Promise<Approval>;
}

const Id = z.guid('is not a UUID').transform((id) => id.toLowerCase());
const ApprovalParams = z.object({ approval_id: Id });

/** What waits for a person, and what was said. */
export const approvalRoutes = (deps: ApprovalDeps): Route[] => [...reading(deps), ...deciding(deps)];

const reading = ({ getApproval, searchApprovals }: ApprovalDeps): Route[] => [
  route({
    method: 'get',
    path: '/approvals',
    scope: 'read',
    tag,
    summary: 'Questions on every thread, oldest first; those that wait unless another status is asked for',
    query: z.object({
      ...QueryPaging,
      status: z.enum([...APPROVAL_STATUSES, 'all']).default('waiting'),
      assistant_id: Id.optional(),
      thread_id: Id.optional(),
      tool: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Only questions that hold a call of this tool' }),
    }),
    response: z.array(ApprovalView),
    handle: async ({ query }) => {
      const { limit, offset, status, tool } = query;
      const { items, total } = await searchApprovals({
        status: status === 'all' ? undefined : status,
        assistantId: query.assistant_id,
        threadId: query.thread_id,
        tool,
        limit,
        offset,
      });
      return new Reply(200, items.map(presentApproval), pageHeaders(total, query));
    },
  }),
  route({
    method: 'get',
    path: '/approvals/:approval_id',
    scope: 'read',
    tag,
    summary: 'One question, with its decision if there is one',
    params: ApprovalParams,
    response: ApprovalView,
    handle: async ({ params }) => presentApproval(await getApproval(params.approval_id)),
  }),
];

const DecisionReply = z.object({
  approval: ApprovalView,
  run_id: z.guid().meta({ description: 'The run that carries the answer' }),
  already: z.boolean().meta({ description: 'The same was decided before: nothing was done now' }),
});

const deciding = ({ decideApproval, setDeadline }: ApprovalDeps): Route[] => [
  route({
    method: 'post',
    path: '/approvals/:approval_id/decision',
    scope: 'decide',
    tag,
    summary: 'Decide a question, once; the same again changes nothing, another decision is refused',
    example: {
      decision: 'edit',
      args: { path: 'changes.md' },
      additional_context: 'The name is fixed',
      decided_by: 'ada',
    },
    params: ApprovalParams,
    body: ApprovalDecision,
    response: DecisionReply,
    handle: async ({ params, body, request }) => {
      const { approval, runId, already } = await decideApproval({
        approvalId: params.approval_id,
        verdicts: verdictsOf(body),
        decidedBy: actorOf(request, body.decided_by),
        payloadHash: body.payload_hash,
        additionalContext: body.additional_context,
        remember: body.remember,
        actor: request.actor,
        traceparent: request.traceparent,
      });
      return { approval: presentApproval(approval), run_id: runId, already };
    },
  }),
  route({
    method: 'patch',
    path: '/approvals/:approval_id',
    scope: 'decide',
    tag,
    summary: 'Set until when a waiting question may be decided, and what happens then',
    example: { expires_at: '2030-01-01T09:00:00Z', on_expiry: 'reject' },
    params: ApprovalParams,
    body: z.looseObject({
      expires_at: z.iso
        .datetime({ offset: true })
        .nullable()
        .optional()
        .transform((at) => (typeof at === 'string' ? toUtc(at) : at)),
      on_expiry: z.enum(EXPIRY_RULES).optional(),
    }),
    response: ApprovalView,
    handle: async ({ params, body, request }) =>
      presentApproval(
        await setDeadline({
          approvalId: params.approval_id,
          expiresAt: body.expires_at,
          onExpiry: body.on_expiry,
          actor: request.actor,
        }),
      ),
  }),
];
