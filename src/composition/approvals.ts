import type { ApprovalDeps } from '../http/control/approvals.ts';
import type { StickyDeps } from '../http/control/sticky-decisions.ts';
import { createDecideApproval } from '../lifecycle/decide-approval.ts';
import { createExpireApprovals } from '../lifecycle/expire-approvals.ts';
import { createLaunchRun, type FindAssistant } from '../lifecycle/launch-run.ts';
import { createRevokeSticky } from '../lifecycle/remember-decision.ts';
import { createSetDeadline } from '../lifecycle/set-deadline.ts';
import { findApproval } from '../lifecycle/take-answers.ts';
import type { DueWork } from '../worker/scheduler.ts';
import type { ControlParts } from './control.ts';

/** Questions, decisions and deadlines, made by hand. */
export const createApprovals = ({
  lifecycle,
  findAssistant,
  log,
}: ControlParts & { findAssistant: FindAssistant }): {
  approvals: ApprovalDeps & StickyDeps;
  expiry: DueWork;
} => {
  const { storage } = lifecycle;
  const launchRun = createLaunchRun({ ...lifecycle, findAssistant });
  const decideApproval = createDecideApproval({ ...lifecycle, launchRun });
  const expire = createExpireApprovals({
    ...lifecycle,
    decideApproval,
    notify: ({ approval: { approvalId, threadId, expiresAt, tools }, rejected }) =>
      log.warn({ approvalId, threadId, expiresAt, tools, rejected }, 'nobody decided a question in time'),
  });
  return {
    approvals: {
      getApproval: (approvalId) => findApproval(storage, approvalId),
      searchApprovals: (query) => storage.approvals.search(query),
      decideApproval,
      setDeadline: createSetDeadline(lifecycle),
      searchSticky: (query) => storage.stickyDecisions.search(query),
      revokeSticky: createRevokeSticky(lifecycle),
    },
    expiry: { name: 'expire approvals', run: expire },
  };
};
