import type { JsonObject } from './json.ts';

/** What a person may say to a question. */
export const DECISIONS = ['approve', 'edit', 'reject', 'respond'] as const;

export type DecisionKind = (typeof DECISIONS)[number];

/**
 * `waiting`: nobody has answered. `decided`: an answer was taken and its run launched. `moved_on`: the graph no longer
 * asks it or the run that asked was deleted, so it cannot be decided any more.
 */
export const APPROVAL_STATUSES = ['waiting', 'decided', 'moved_on'] as const;

export type ApprovalStatus = (typeof APPROVAL_STATUSES)[number];

/** What becomes of a question whose deadline passes: it waits on, or it is rejected. */
export const EXPIRY_RULES = ['stay', 'reject'] as const;

export type ExpiryRule = (typeof EXPIRY_RULES)[number];

/** How a decision came in: by our own route, by `command.resume` on the wire, remembered from before, by the deadline. */
export type DecidedVia = 'decision' | 'wire' | 'remembered' | 'expiry';

/** An answer that was taken. */
export interface Decided {
  /** What was said: `{decisions: [...]}` as it came, or `{answer}` for an answer in the graph's own words. */
  decision: JsonObject;
  /** Hash of what the graph is told, by which the same decision is known again. */
  answerHash: string;
  by: string;
  at: string;
  via: DecidedVia;
  /** The run that carries the answer. */
  runId: string;
}

/**
 * One question of a graph. Two `interrupt()` calls of one node share their interrupt id and checkpoint: `ordinal`,
 * the number of answers the task had when it asked, and the payload's hash tell them apart.
 */
export interface Approval {
  approvalId: string;
  threadId: string;
  /** The run that asked it first. */
  runId: string;
  assistantId: string;
  graphId: string;
  interruptId: string;
  taskId: string;
  checkpointId: string;
  ordinal: number;
  payloadHash: string;
  /** What was asked, as JSON text. */
  payload: string;
  /** What shape the answer is to have, as JSON text, where the graph says so. */
  responseSchema: string | null;
  /** Names of the tools whose calls it holds. */
  tools: string[];
  status: ApprovalStatus;
  /** Still to be watched: it waits, or its answer has not been used by the graph yet. */
  open: boolean;
  /** The run that asked it last: a step with several questions asks the others again when one is answered. */
  raisedBy: string | null;
  expiresAt: string | null;
  onExpiry: ExpiryRule;
  /** When its deadline was found to have passed. */
  expiredAt: string | null;
  decided: Decided | null;
  createdAt: string;
  updatedAt: string;
}

export interface ApprovalSearch {
  status?: ApprovalStatus | undefined;
  assistantId?: string | undefined;
  threadId?: string | undefined;
  tool?: string | undefined;
  /** The default is the oldest first. */
  newestFirst?: boolean;
  limit: number;
  offset: number;
}

/** By a longer name questions are found, but no decision is remembered. */
export const LONGEST_TOOL_NAME = 500;

/** Of which questions a decision is remembered: those of the same thread, or of the same assistant. */
export const STICKY_SCOPES = ['thread', 'assistant'] as const;

export type StickyScope = (typeof STICKY_SCOPES)[number];

/** A decision that answers later calls of a tool by itself, until it is revoked. */
export interface StickyDecision {
  stickyId: string;
  scope: StickyScope;
  /** The thread's or the assistant's id. */
  scopeId: string;
  tool: string;
  decision: Exclude<DecisionKind, 'edit'>;
  message: string | null;
  decidedBy: string;
  /** The question it was first said to. */
  approvalId: string;
  createdAt: string;
  revokedAt: string | null;
  revokedBy: string | null;
}
