import type { Approval, DecidedVia, StickyScope } from '../model/approval.ts';
import { toAnswer, type Verdict } from '../model/decision.ts';
import { HoldpointError, isHoldpointError } from '../model/errors.ts';
import { isRecord, type JsonObject } from '../model/json.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../storage/ports.ts';
import { answeringInput } from './answering-input.ts';
import type { LifecycleDeps } from './deps.ts';
import { digest } from './digest.ts';
import type { LaunchRunInput } from './launch-run.ts';
import { rememberedBy } from './remember-decision.ts';
import { alreadyDecided, findApproval, type TakenDecision } from './take-answers.ts';

export interface DecideApprovalInput {
  approvalId: string;
  /** One for each tool call, in their order; one for a plain question. */
  verdicts: Verdict[];
  /** Who says so; the requester when absent. */
  decidedBy?: string | undefined;
  /** The hash of what the person saw. */
  payloadHash?: string | undefined;
  additionalContext?: string | undefined;
  /** Answers later calls of these tools likewise. */
  remember?: StickyScope | undefined;
  via?: DecidedVia;
  /** Done in the transaction that decides. */
  within?: (ledger: Ledger) => Promise<void>;
  actor: string;
  /** The request that decides, where it is traced. */
  traceparent?: string | undefined;
}

export interface DecidedApproval {
  approval: Approval;
  /** The run that carries the answer. */
  runId: string;
  /** The same had been decided before: nothing was done. */
  already: boolean;
}

type DecideDeps = LifecycleDeps & { launchRun: (input: LaunchRunInput) => Promise<Run> };

/**
 * Decides one question, once: the decision, its line in the log and the run that carries it to the graph are one
 * transaction. Of several at the same time one is taken; the same again changes nothing.
 * @throws {HoldpointError} `approval_not_found`; `approval_already_decided` when something else was decided, naming
 * who and when; `approval_outdated` when the question is asked no longer or has another payload than the one seen;
 * `invalid_request` when the question does not take this decision.
 */
export const createDecideApproval = (deps: DecideDeps) => {
  return async (input: DecideApprovalInput): Promise<DecidedApproval> => {
    const { storage } = deps;
    const approval = await findApproval(storage, input.approvalId);
    checkPayload(approval, input.payloadHash);
    const prepared = prepare(input, approval);
    if (approval.status !== 'waiting') return settled(approval, prepared.taken);
    const asking = await storage.runs.get(approval.runId);
    if (!asking) throw alreadyDecided({ ...approval, status: 'moved_on' });
    try {
      const run = await deps.launchRun(launchInput(asking, { approval, prepared, input }));
      return { approval: await findApproval(storage, approval.approvalId), runId: run.runId, already: false };
    } catch (error) {
      // Another was quicker, or the thread moved on: the row says which.
      const now = await findApproval(storage, approval.approvalId);
      if (now.status === 'waiting' || !isHoldpointError(error)) throw error;
      return settled(now, prepared.taken);
    }
  };
};

interface Prepared {
  answer: unknown;
  taken: TakenDecision;
}

/** What the graph is told, what is kept of it, and by what it is known again. Who said it is no part of that. */
const prepare = (input: DecideApprovalInput, approval: Approval): Prepared => {
  const { verdicts, additionalContext, actor, via = 'decision', within } = input;
  const question = readQuestion(JSON.parse(approval.payload));
  const answer = toAnswer(question, verdicts);
  const by = input.decidedBy ?? actor;
  const decision = {
    decisions: verdicts,
    ...(additionalContext !== undefined && { additional_context: additionalContext }),
  } as unknown as JsonObject;
  return {
    answer: question.dialect === 'hitl' ? signed(answer, { by, additionalContext }) : answer,
    taken: {
      approvalId: approval.approvalId,
      decision,
      answerHash: additionalContext === undefined ? digest(answer) : digest({ answer, additionalContext }),
      by,
      via,
      ...(within && { within }),
      ...(by !== actor && { detail: { requested_by: actor } }),
    },
  };
};

/** Gates keep with each decision who made it, and what else was said. */
const signed = (
  answer: unknown,
  { by, additionalContext }: { by: string; additionalContext: string | undefined },
): unknown => {
  if (!isRecord(answer) || !Array.isArray(answer['decisions'])) return answer;
  const decisions = answer['decisions'] as Record<string, unknown>[];
  const said = {
    decided_by: by,
    ...(additionalContext !== undefined && { additional_context: additionalContext }),
  };
  return { decisions: decisions.map((decision) => ({ ...decision, ...said })) };
};

const launchInput = (
  asking: Run,
  { approval, prepared, input }: { approval: Approval; prepared: Prepared; input: DecideApprovalInput },
): LaunchRunInput => {
  const { taken, answer } = prepared;
  const remember = rememberedBy(approval, input);
  return answeringInput({
    run: asking,
    answers: { [approval.interruptId]: answer },
    decisions: [{ ...taken, ...(remember.length > 0 && { remember }) }],
    actor: input.actor,
    traceparent: input.traceparent,
  });
};

const settled = (approval: Approval, taken: TakenDecision): DecidedApproval => {
  const { status, decided } = approval;
  if (status !== 'decided' || decided?.answerHash !== taken.answerHash) throw alreadyDecided(approval);
  return { approval, runId: decided.runId, already: true };
};

const checkPayload = (approval: Approval, seen: string | undefined): void => {
  if (seen === undefined || seen === approval.payloadHash) return;
  throw new HoldpointError(
    'approval_outdated',
    `Question ${approval.approvalId} asks something else than what was decided on: read it again.`,
    {
      details: {
        field: 'payload_hash',
        approval_id: approval.approvalId,
        payload_hash: approval.payloadHash,
      },
    },
  );
};
