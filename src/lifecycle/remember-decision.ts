import {
  LONGEST_TOOL_NAME,
  type Approval,
  type StickyDecision,
  type StickyScope,
} from '../model/approval.ts';
import { isoTime } from '../model/clock.ts';
import type { Verdict } from '../model/decision.ts';
import { HoldpointError } from '../model/errors.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { logQuestion } from './record-questions.ts';

/** What is to be remembered of a decision. */
export type ToRemember = Pick<StickyDecision, 'scope' | 'scopeId' | 'tool' | 'decision' | 'message'>;

/**
 * What a decision says of later calls of its tools; nothing unless it asks for that.
 * @throws {HoldpointError} `invalid_request` where that makes no sense: for an edit, for a question without tool
 * calls, for two different decisions on one tool, for a tool of a very long name.
 */
export const rememberedBy = (
  approval: Approval,
  { verdicts, remember }: { verdicts: Verdict[]; remember?: StickyScope | undefined },
): ToRemember[] => {
  if (remember === undefined) return [];
  const { calls } = readQuestion(JSON.parse(approval.payload));
  if (calls.length === 0) throw cannot('only decisions on tool calls can be remembered');
  const scopeId = remember === 'thread' ? approval.threadId : approval.assistantId;
  const byTool = new Map<string, ToRemember>();
  calls.forEach(({ name }, index) => {
    const { decision, message = null } = verdicts[index] as Verdict;
    if (decision === 'edit') throw cannot('an edit is for one call only and cannot be remembered');
    if (name.length > LONGEST_TOOL_NAME)
      throw cannot(`the tool's name has more than ${LONGEST_TOOL_NAME} characters`);
    const before = byTool.get(name);
    if (before && before.decision !== decision) throw cannot(`it decides ${name} in two ways`);
    byTool.set(name, { scope: remember, scopeId, tool: name, decision, message });
  });
  return [...byTool.values()];
};

const cannot = (problem: string): HoldpointError =>
  new HoldpointError('invalid_request', `remember: ${problem}.`, { details: { field: 'remember' } });

/** Puts them in force, in the transaction of the decision they come from. */
export const rememberDecisions = async (
  ledger: Ledger,
  { approval, remember, by, at, newId }: Remembering,
): Promise<void> => {
  for (const each of remember) {
    const stickyId = newId();
    await ledger.stickyDecisions.insert({
      ...each,
      stickyId,
      decidedBy: by,
      approvalId: approval.approvalId,
      createdAt: at,
      revokedAt: null,
      revokedBy: null,
    });
    const { tool, decision, scope } = each;
    await logQuestion(ledger, approval, {
      at,
      kind: 'remember',
      actor: by,
      detail: { sticky_id: stickyId, scope, tool, decision },
    });
  }
};

interface Remembering {
  approval: Approval;
  remember: ToRemember[];
  by: string;
  at: string;
  newId: () => string;
}

/**
 * Takes a remembered decision out of force. Questions it has answered stay answered.
 * @throws {HoldpointError} `approval_not_found` when there is none of this id.
 */
export const createRevokeSticky = ({ storage, clock }: LifecycleDeps) => {
  return async ({ stickyId, actor }: { stickyId: string; actor: string }): Promise<void> => {
    await storage.transaction(async (ledger) => {
      const sticky = await ledger.stickyDecisions.get(stickyId);
      if (!sticky) {
        throw new HoldpointError('approval_not_found', `Remembered decision ${stickyId} not found`, {
          details: { sticky_id: stickyId },
        });
      }
      const at = isoTime(clock);
      if (!(await ledger.stickyDecisions.revoke({ stickyId, by: actor, at }))) return;
      const approval = await ledger.approvals.get(sticky.approvalId);
      if (!approval) return;
      const { tool, scope, decision } = sticky;
      await logQuestion(ledger, approval, {
        at,
        kind: 'revoke',
        actor,
        detail: { sticky_id: stickyId, scope, tool, decision },
      });
    });
  };
};
