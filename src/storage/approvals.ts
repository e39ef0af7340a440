import type { Approval, ApprovalSearch, ApprovalStatus, StickyDecision } from '../model/approval.ts';

/** What an approval becomes. */
export type ApprovalChange = Partial<
  Pick<Approval, 'status' | 'open' | 'raisedBy' | 'expiresAt' | 'onExpiry' | 'expiredAt' | 'decided'>
>;

/** The run that asked, and the one that carried the answer. */
export interface Carrier {
  askedBy: string;
  runId: string;
}

/** The questions graphs ask, and what was said to them. Rows stay when the question is settled. */
export interface ApprovalStore {
  insert(approval: Approval): Promise<void>;
  get(approvalId: string): Promise<Approval | undefined>;
  /** Oldest first, unless the query says otherwise. */
  search(query: ApprovalSearch): Promise<{ items: Approval[]; total: number }>;
  /** Those of the thread that are still open, and all that were ever asked under one of these interrupt ids. */
  ofThread(threadId: string, interruptIds: readonly string[]): Promise<Approval[]>;
  /** Which run carried an answer to a question of which, on the whole thread. */
  carriers(threadId: string): Promise<Carrier[]>;
  /** Writes only if the row's status is still `from`: a lost race is an answer. */
  change(input: {
    approvalId: string;
    from: ApprovalStatus;
    to: ApprovalChange;
    at: string;
  }): Promise<boolean>;
  /** Waiting ones whose deadline is not after `now` (ISO time) and was not noticed yet, earliest first; those after one. */
  expired(query: { now: string; after?: Approval | undefined; limit: number }): Promise<Approval[]>;
  /** The next deadline of a waiting question after `now` (ISO time). */
  nextDeadline(now: string): Promise<string | undefined>;
}

export interface StickySearch {
  threadId?: string | undefined;
  assistantId?: string | undefined;
  tool?: string | undefined;
  limit: number;
  offset: number;
}

/** Decisions that answer later calls of a tool by themselves. One per scope and tool is in force. */
export interface StickyDecisionStore {
  /** Puts it in force, in the place of the one for the same scope and tool. */
  insert(decision: StickyDecision): Promise<void>;
  get(stickyId: string): Promise<StickyDecision | undefined>;
  /** Those in force, oldest first. */
  search(query: StickySearch): Promise<{ items: StickyDecision[]; total: number }>;
  /** Those in force for a thread or its assistant and one of these tools. */
  inForce(query: {
    threadId: string;
    assistantId: string;
    tools: readonly string[];
  }): Promise<StickyDecision[]>;
  /** False when it was revoked before. */
  revoke(input: { stickyId: string; by: string; at: string }): Promise<boolean>;
}
