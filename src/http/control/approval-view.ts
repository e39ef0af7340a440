import { z } from 'zod';
import {
  APPROVAL_STATUSES,
  DECISIONS,
  EXPIRY_RULES,
  STICKY_SCOPES,
  type Approval,
  type Decided,
} from '../../model/approval.ts';
import type { Verdict } from '../../model/decision.ts';
import { isRecord } from '../../model/json.ts';
import { readQuestion } from '../../model/question-payload.ts';
import { incomingState } from '../platform/incoming-state.ts';
import { JsonObjectBody } from '../schemas.ts';

const verdict = {
  decision: z.enum(DECISIONS),
  args: JsonObjectBody.optional().meta({ description: 'With edit: the arguments to call the tool with' }),
  message: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: 'With reject: why; with respond: the result of the tool' }),
  answer: z
    .unknown()
    .optional()
    .meta({ description: 'With respond, to a question that holds no tool call: any JSON value' }),
};

const Common = {
  decided_by: z.string().min(1).max(200).optional().meta({ description: 'Whom the log names' }),
  payload_hash: z
    .string()
    .optional()
    .meta({ description: 'The hash of what the person saw; another question is refused' }),
  additional_context: z
    .string()
    .max(20_000)
    .optional()
    .meta({ description: 'Told to the agent together with the decision' }),
  remember: z.enum(STICKY_SCOPES).optional().meta({
    description: 'Answer later calls of these tools on this thread, or of this assistant, likewise',
  }),
};

const NOT_BOTH = 'give decision, or decisions, and not both';

/** One decision, or one for each tool call, in their order. What is given is read whole, so it is not both. */
export const ApprovalDecision = z.union([
  z
    .looseObject({ ...verdict, ...Common })
    .refine((body) => body['decisions'] == null, { path: ['decisions'], error: NOT_BOTH }),
  z
    .looseObject({
      decisions: z
        .array(z.looseObject(verdict))
        .min(1)
        .max(1000)
        .meta({ description: 'In the place of `decision`: one for each tool call, in their order' }),
      ...Common,
    })
    .refine((body) => body['decision'] == null, { path: ['decision'], error: NOT_BOTH }),
]);

export const verdictsOf = (body: z.output<typeof ApprovalDecision>): Verdict[] =>
  (Array.isArray(body['decisions']) ? (body['decisions'] as Record<string, unknown>[]) : [body]).map(
    toVerdict,
  );

const toVerdict = (said: Record<string, unknown>): Verdict => ({
  decision: said['decision'] as Verdict['decision'],
  ...(said['args'] !== undefined && { args: incomingState(said['args'], 'args') as Record<string, unknown> }),
  ...(said['message'] !== undefined && { message: said['message'] as string }),
  ...('answer' in said && { answer: incomingState(said['answer'], 'answer') }),
});

const ToolCallView = z.object({
  id: z.string().nullable(),
  name: z.string(),
  args: z.unknown(),
  description: z.string().nullable(),
  allowed_decisions: z.array(z.enum(DECISIONS)),
});

export const ApprovalView = z.object({
  id: z.guid(),
  thread_id: z.guid(),
  run_id: z.guid().meta({ description: 'The run that asked' }),
  assistant_id: z.guid(),
  graph_id: z.string(),
  interrupt_id: z.string(),
  checkpoint_id: z.string(),
  ordinal: z.number().meta({ description: 'How many questions its task had asked before it' }),
  payload_hash: z.string(),
  status: z.enum(APPROVAL_STATUSES),
  description: z.string().nullable(),
  tool_calls: z.array(ToolCallView).meta({ description: 'What it holds; empty for a plain question' }),
  allowed_decisions: z.array(z.enum(DECISIONS)),
  response_schema: z.unknown(),
  payload: z.unknown().meta({ description: 'What the graph asked, as it asked it' }),
  expires_at: z.string().nullable(),
  on_expiry: z.enum(EXPIRY_RULES),
  expired_at: z.string().nullable(),
  decision: z
    .object({
      decisions: z.array(z.record(z.string(), z.unknown())).nullable(),
      answer: z.unknown(),
      additional_context: z.string().nullable(),
      decided_by: z.string(),
      decided_at: z.string(),
      via: z.string(),
      run_id: z.string(),
    })
    .nullable(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const presentApproval = (approval: Approval) => {
  const payload = JSON.parse(approval.payload) as unknown;
  const { calls, description } = readQuestion(payload);
  const allowed = DECISIONS.filter((kind) =>
    calls.length === 0 ? kind !== 'edit' : calls.every((call) => call.allowed.includes(kind)),
  );
  return {
    id: approval.approvalId,
    thread_id: approval.threadId,
    run_id: approval.runId,
    assistant_id: approval.assistantId,
    graph_id: approval.graphId,
    interrupt_id: approval.interruptId,
    checkpoint_id: approval.checkpointId,
    ordinal: approval.ordinal,
    payload_hash: approval.payloadHash,
    status: approval.status,
    description,
    tool_calls: calls.map(({ allowed: allowed_decisions, ...call }) => ({ ...call, allowed_decisions })),
    allowed_decisions: allowed,
    response_schema:
      approval.responseSchema === null ? null : (JSON.parse(approval.responseSchema) as unknown),
    payload,
    expires_at: approval.expiresAt,
    on_expiry: approval.onExpiry,
    expired_at: approval.expiredAt,
    decision: approval.decided && presentDecided(approval.decided),
    created_at: approval.createdAt,
    updated_at: approval.updatedAt,
  };
};

const presentDecided = ({ decision, by, at, via, runId }: Decided) => ({
  decisions: Array.isArray(decision['decisions']) ? decision['decisions'].filter(isRecord) : null,
  answer: decision['answer'],
  additional_context: decision['additional_context'] ?? null,
  decided_by: by,
  decided_at: at,
  via,
  run_id: runId,
});
