import type { Approval } from '../model/approval.ts';
import type { Verdict } from '../model/decision.ts';
import { isHoldpointError } from '../model/errors.ts';
import { readQuestion } from '../model/question-payload.ts';
import type { Ledger } from '../storage/ports.ts';
import type { DecideApprovalInput } from './decide-approval.ts';
import type { LifecycleDeps } from './deps.ts';
import { logQuestion } from './record-questions.ts';

/** Questions read at once. */
const AT_ONCE = 100;

type ExpireDeps = LifecycleDeps & {
  decideApproval: (input: DecideApprovalInput) => Promise<{ already: boolean }>;
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
  const verdicts = approval.onExpiry === 'reject' ? rejection(approval) : undefined;
  const rejected = verdicts !== undefined;
  const note = (ledger: Ledger): Promise<boolean> => noteExpiry(ledger, { approval, at, rejected });
  const noticed = verdicts
    ? await reject(deps, { approval, verdicts, note })
    : await deps.storage.transaction(note);
  if (!noticed) return;
  deps.notify({ approval, rejected });
  deps.storage.signals.publish({ kind: 'thread', threadId: approval.threadId });
};

/** False when it was decided or noticed meanwhile. */
const noteExpiry = async (
  ledger: Ledger,
  { approval, at, rejected }: { approval: Approval; at: string; rejected: boolean },
): Promise<boolean> => {
  const { approvalId, expiresAt, threadId, runId, assistantId } = approval;
  const from = rejected ? 'decided' : 'waiting';
  if (!(await ledger.approvals.change({ approvalId, from, to: { expiredAt: at }, at }))) return false;
  const detail = { expires_at: expiresAt, rejected };
  await logQuestion(ledger, approval, { at, kind: 'questionExpired', detail });
  const subject = { threadId, runId, assistantId, subjectId: approvalId };
  await ledger.notices.add({ kind: 'question_expired', at, ...subject, detail: { rejected } });
  return true;
};

interface Rejecting {
  approval: Approval;
  verdicts: Verdict[];
  note: (ledger: Ledger) => Promise<boolean>;
}

/** Rejects it and notes that, in one. False when somebody decided meanwhile, or nothing may be launched now. */
const reject = async (deps: ExpireDeps, { approval, verdicts, note }: Rejecting): Promise<boolean> => {
  const { approvalId } = approval;
  const within = async (ledger: Ledger): Promise<void> => void (await note(ledger));
  try {
    const { already } = await deps.decideApproval({
      approvalId,
      verdicts,
      via: 'expiry',
      within,
      actor: 'system',
    });
    return !already;
  } catch (error) {
    // Taken by a person, or under an emergency stop: then it is looked at again.
    if (isHoldpointError(error)) return false;
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
