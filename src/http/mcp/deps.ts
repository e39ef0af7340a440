import type { Approval, ApprovalSearch } from '../../model/approval.ts';
import type { DecideApprovalInput, DecidedApproval } from '../../lifecycle/decide-approval.ts';
import type { A2aDeps } from '../a2a/deps.ts';

/** What MCP is made of: the same use-cases as A2A, and the list of questions. */
export interface McpDeps extends Omit<A2aDeps, 'pushConfigs'> {
  searchApprovals: (query: ApprovalSearch) => Promise<{ items: Approval[]; total: number }>;
  getApproval: (approvalId: string) => Promise<Approval>;
  decideApproval: (input: DecideApprovalInput) => Promise<DecidedApproval>;
}
