import { Annotation } from '@langchain/langgraph';
import type { Decision } from './answer.ts';
import type { DecisionType, HeldCall, ToolArgs } from './policy.ts';

/** One decided tool call, as it stays readable in the state. Calls that were never held have no record. */
export interface DecisionRecord {
  toolCallId: string;
  tool: string;
  decision: DecisionType;
  /** The arguments the model chose. */
  proposed: ToolArgs;
  /** The arguments that were let through to the tool; absent when the tool must not run. */
  released?: ToolArgs;
  /** What the person said with the decision. */
  message?: string;
  decidedBy?: string;
}

/**
 * State channels of a gate, to be spread into an `Annotation.Root`. They are a record only: a graph without them is
 * gated all the same.
 *
 * @example
 * const State = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });
 */
export const gateChannels = {
  decisions: Annotation<DecisionRecord[]>({
    reducer: (earlier, later) => [...earlier, ...later],
    default: () => [],
  }),
};

const released = (decision: Decision, call: HeldCall): { released?: ToolArgs } => {
  if (decision.type === 'approve') return { released: call.args };
  return decision.type === 'edit' ? { released: decision.args } : {};
};

export const decisionRecord = (decision: Decision, call: HeldCall): DecisionRecord => ({
  toolCallId: call.id,
  tool: call.name,
  decision: decision.type,
  proposed: call.args,
  ...released(decision, call),
  ...(decision.message === undefined ? {} : { message: decision.message }),
  ...(decision.decidedBy === undefined ? {} : { decidedBy: decision.decidedBy }),
});
