import type { Approval, ExpiryRule } from '../model/approval.ts';
import { isoTime } from '../model/clock.ts';
import type { LifecycleDeps } from './deps.ts';
import { logQuestion } from './record-questions.ts';
import { alreadyDecided, findApproval } from './take-answers.ts';

export interface SetDeadlineInput {
  approvalId: string;
  /** ISO time; null takes the deadline away, undefined leaves it. */
  expiresAt?: string | null | undefined;
  onExpiry?: ExpiryRule | undefined;
  actor: string;
}

/**
 * Sets until when a waiting question may be decided, and what happens then.
 * @throws {HoldpointError} `approval_not_found`; `approval_already_decided` or `approval_outdated` when it waits no more.
 */
export const createSetDeadline = ({ storage, clock }: LifecycleDeps) => {
  return async ({ approvalId, expiresAt, onExpiry, actor }: SetDeadlineInput): Promise<Approval> =>
    storage.transaction(async (ledger) => {
      const approval = await findApproval(ledger, approvalId);
      const at = isoTime(clock);
      const to = {
        ...(expiresAt !== undefined && { expiresAt, expiredAt: null }),
        ...(onExpiry !== undefined && { onExpiry }),
      };
      if (!(await ledger.approvals.change({ approvalId, from: 'waiting', to, at })))
        throw alreadyDecided(approval);
      const changed = { ...approval, ...to };
      await logQuestion(ledger, approval, {
        at,
        kind: 'setDeadline',
        actor,
        detail: { expires_at: changed.expiresAt, on_expiry: changed.onExpiry },
      });
      return changed;
    });
};
