/** A tool call that waits for a decision. */
export interface HeldToolCall {
  name: string;
  args: Record<string, unknown>;
  description: string | null;
  allowed: string[];
}

/** What a thread waits for a person to answer: tool calls that are held, or a question of the graph's own. */
export interface Question {
  id: string;
  threadId: string;
  /** Empty for a question of the graph's own: `value` is all there is. */
  toolCalls: HeldToolCall[];
  value: unknown;
}

/** What a person decides about one held tool call. */
export type Decision =
  | { type: 'approve'; message?: string }
  | { type: 'edit'; args: Record<string, unknown>; message?: string }
  | { type: 'reject'; message?: string }
  | { type: 'respond'; message: string };

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const listOf = (value: unknown): Record<string, unknown>[] =>
  Array.isArray(value) ? value.filter(isRecord) : [];

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const stringsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];

/** The held tool calls in an interrupt's value, in either casing. */
export const heldToolCalls = (value: unknown): HeldToolCall[] => {
  if (!isRecord(value)) return [];
  const configs = listOf(value['review_configs'] ?? value['reviewConfigs']);
  return listOf(value['action_requests'] ?? value['actionRequests']).map((request, index) => {
    const config = configs[index] ?? {};
    const args = request['args'] ?? request['arguments'];
    return {
      name: textOf(request['name']) ?? '',
      args: isRecord(args) ? args : {},
      description: textOf(request['description']),
      allowed: stringsOf(config['allowed_decisions'] ?? config['allowedDecisions']),
    };
  });
};

/** The questions of a thread as the LangGraph wire has them: lists of interrupts by task. */
export const questionsOf = (threadId: string, interrupts: Record<string, unknown[]>): Question[] =>
  listOf(Object.values(interrupts).flat()).flatMap(({ id, value }) =>
    typeof id === 'string' ? [{ id, threadId, toolCalls: heldToolCalls(value), value }] : [],
  );

/** The answer as a gate, and LangChain's own middleware, read it. */
export const answerOf = (decisions: Decision[], { toolCalls }: Question): unknown => ({
  decisions: decisions.map((decision, index) => {
    if (decision.type !== 'edit') return decision;
    const { args, ...rest } = decision;
    const action = { name: toolCalls[index]?.name, args };
    return { ...rest, edited_action: action, editedAction: action };
  }),
});
