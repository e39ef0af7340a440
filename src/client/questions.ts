/** A tool call that waits for a decision. */
export interface HeldToolCall {
  name: string;
  args: Record<string, unknown>;
  description: string | null;
  allowed: string[];
}

/** What a thread waits for a person to answer: tool calls that are held, or a question of the graph's own. */
export interface Question {
  /** The id of its approval. */
  id: string;
  threadId: string;
  /** Empty for a question of the graph's own: `value` is all there is. */
  toolCalls: HeldToolCall[];
  /** What the graph asked, as it asked it. */
  value: unknown;
  /** Sent back with a decision: one about something else than was seen is refused. */
  hash: string;
  askedAt: string;
  /** Until when it may be decided. */
  expiresAt: string | null;
}

/** What a person decides about one held tool call. */
export type Decision =
  | { type: 'approve'; message?: string }
  | { type: 'edit'; args: Record<string, unknown>; message?: string }
  | { type: 'reject'; message?: string }
  | { type: 'respond'; message: string };

/** What may be said with a decision. */
export interface Choice {
  /** Which question is meant, when several wait. */
  question?: string | undefined;
  /** Told to the model after the results of the tools. */
  additionalContext?: string | undefined;
  /** Answer later calls of these tools on this thread, or of this assistant, likewise. */
  remember?: 'thread' | 'assistant' | undefined;
  /** Who decides, for the log; the server's own name for the caller is kept beside it. */
  decidedBy?: string | undefined;
}

/** A question as `GET /approvals` has it. */
export interface ApprovalView {
  id: string;
  thread_id: string;
  tool_calls: {
    name: string;
    args: Record<string, unknown>;
    description: string | null;
    allowed_decisions: string[];
  }[];
  payload: unknown;
  payload_hash: string;
  created_at: string;
  expires_at: string | null;
}

export const questionOf = (view: ApprovalView): Question => ({
  id: view.id,
  threadId: view.thread_id,
  toolCalls: view.tool_calls.map(({ allowed_decisions: allowed, name, args, description }) => ({
    name,
    args,
    description,
    allowed,
  })),
  value: view.payload,
  hash: view.payload_hash,
  askedAt: view.created_at,
  expiresAt: view.expires_at,
});

/** The body of a decision. */
export const decisionBody = (
  question: Question,
  said: { decisions: Decision[] } | { answer: unknown },
  { additionalContext, remember, decidedBy }: Choice,
) => ({
  ...('answer' in said
    ? { decision: 'respond', answer: said.answer }
    : { decisions: said.decisions.map(({ type, ...rest }) => ({ decision: type, ...rest })) }),
  payload_hash: question.hash,
  additional_context: additionalContext,
  remember,
  decided_by: decidedBy,
});
