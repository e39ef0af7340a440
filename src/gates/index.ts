/**
 * For authors of graphs: hold tool calls between selection and execution. Works under plain LangGraph (with a
 * checkpointer) as well as under Holdpoint.
 */
export { approvalGate, type PerRun } from './approval-gate.ts';
export { type Decision, type Reading, readAnswer } from './answer.ts';
export { gateChannels } from './channels.ts';
export type { GateUpdate } from './decide.ts';
export type { DecisionRecord } from './decisions.ts';
export {
  effect,
  EffectInDoubtError,
  type EffectOptions,
  type EffectRun,
  NotHappened,
  type Verified,
} from './effect.ts';
export type { EffectQuestion } from './effect-question.ts';
export { gated } from './gated.ts';
export { inLegalOrder } from './message-order.ts';
export {
  type ApprovalOptions,
  type ApprovalPolicy,
  DECISION_TYPES,
  type DecisionType,
  type EffectClass,
  type HeldCall,
  type Hold,
  type PolicyEntry,
  type ToolArgs,
  type ToolRule,
} from './policy.ts';
export { partialOutput } from './partial-output.ts';
export {
  type ActionRequest,
  type ApprovalQuestion,
  approvalQuestion,
  type ReviewConfig,
} from './question.ts';
export { safePoint } from './safe-point.ts';
export { type IdentifiedCall, pendingToolCalls, wantsTools } from './tool-calls.ts';
export { toolsNode } from './tools-node.ts';
export type { ToolRun } from './tool-runs.ts';
export { waitFor, WaitExpiredError, type WaitOptions } from './wait-for.ts';
