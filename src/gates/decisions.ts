import type { Decision } from './answer.ts';
import type { DecisionType, EffectClass, HeldCall, ToolArgs } from './policy.ts';

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
  effect?: EffectClass;
}

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
  ...(call.effect === undefined ? {} : { effect: call.effect }),
});
