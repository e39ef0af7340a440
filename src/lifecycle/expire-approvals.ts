import type { Approval } from '../model/approval.ts';
import type { Verdict } from '../model/decision.ts';
import { isHoldpointError } from '../model/errors.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { DecideApprovalInput } from './decide-approval.ts';
import type { LifecycleDeps } from './deps.ts';
import { logQuestion } from './record-questions.ts';

/** Questions read at once. */
const AT_ONCE = 100;

type ExpireDeps = LifecycleDeps & {
  decideApproval: (input: DecideApprovalInput) => Promise<unknown>;
  /** Tells whoever is to know that nobody decided in time. */
  notify: (notice: { approval: Approval; rejected: boolean }) => void;
};

/**
 * Notices each question whose deadline has passed, once: a line in the log and a notice; with `on_expiry: reject` it is
 * rejected in the name of `system`, which a decision made in the same moment prevents. One that cannot be rejected now
 * keeps no other waiting.
 * @returns when the next deadline is, in ms since the epoch.
 */
export const createExpireApprovals = (deps: ExpireDeps) => {
  return async (now: number): Promise<number | undefined> => {
    const { storage } = deps;
    const at = new Date(now).toISOString();
    for (let after: Approval | undefined; ;) {
      const approvals = await storage.approvals.expired({ now: at, after, limit: AT_ONCE });
      for (const approval of approvals) await expire(deps, approval, at);
      after = approvals.at(-1);
      if (approvals.length < AT_ONCE) break;
    }
    const next = await storage.approvals.nextDeadline(at);
    return next === undefined ? undefined : Date.parse(next);
  };
};

const expire = async (deps: ExpireDeps, approval: Approval, at: string): Promise<void> => {
  const rejected = await reject(deps, approval);
  if (rejected === undefined) return;
  const { approvalId, expiresAt } = approval;
  const noticed = await deps.storage.transaction(async (ledger) => {
    const from = rejected ? 'decided' : 'waiting';
    if (!(await ledger.approvals.change({ approvalId, from, to: { expiredAt: at }, at }))) return false;
    await logQuestion(ledger, approval, {
      at,
      kind: 'questionExpired',
      detail: { expires_at: expiresAt, rejected },
    });
    const { threadId, runId, assistantId } = approval;
    const subject = { threadId, runId, assistantId, subjectId: approvalId };
    await ledger.notices.add({ kind: 'question_expired', at, ...subject, detail: { rejected } });
    return true;
  });
  if (noticed) deps.notify({ approval, rejected });
  deps.storage.signals.publish({ kind: 'thread', threadId: approval.threadId });
};

/** Whether it was rejected; undefined when somebody decided meanwhile, or nothing may be launched now. */
const reject = async (deps: ExpireDeps, approval: Approval): Promise<boolean | undefined> => {
  const verdicts = approval.onExpiry === 'reject' ? rejection(approval) : undefined;
  if (!verdicts) return false;
  const { approvalId } = approval;
  try {
    await deps.decideApproval({ approvalId, verdicts, via: 'expiry', actor: 'system' });
    return true;
  } catch (error) {
    // Taken by a person, or under an emergency stop: then it is looked at again.
    if (isHoldpointError(error)) return undefined;
    throw error;
  }
};

const rejection = ({ payload, expiresAt }: Approval): Verdict[] | undefined => {
  const { calls, dialect } = readQuestion(JSON.parse(payload));
  if (dialect === 'plain') return [{ decision: 'reject' }];
  if (calls.some(({ allowed }) => !allowed.includes('reject'))) return undefined;
  const message = `Nobody decided before the deadline, ${expiresAt}.`;
  return calls.map(() => ({ decision: 'reject' as const, message }));
};
