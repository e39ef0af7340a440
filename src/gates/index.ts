/**
 * For authors of graphs: hold tool calls between selection and execution. Works under plain LangGraph (with a
 * checkpointer) as well as under Holdpoint.
 */
export { type GateUpdate, approvalGate } from './approval-gate.ts';
export { type Decision, type Reading, readAnswer } from './answer.ts';
export { type DecisionRecord, gateChannels } from './decisions.ts';
export { inLegalOrder } from './message-order.ts';
export {
  type ApprovalOptions,
  type ApprovalPolicy,
  DECISION_TYPES,
  type DecisionType,
  type HeldCall,
  type Hold,
  type ToolArgs,
  type ToolRule,
} from './policy.ts';
export {
  type ActionRequest,
  type ApprovalQuestion,
  approvalQuestion,
  type ReviewConfig,
} from './question.ts';
export { type IdentifiedCall, pendingToolCalls, wantsTools } from './tool-calls.ts';
export { toolsNode } from './tools-node.ts';
