import type { DecisionType, EffectClass, HeldCall, ToolArgs } from './policy.ts';

export interface ActionRequest {
  name: string;
  args: ToolArgs;
  arguments: ToolArgs;
  description: string;
  tool_call_id: string;
  toolCallId: string;
}

export interface ReviewConfig {
  action_name: string;
  actionName: string;
  allowed_decisions: readonly DecisionType[];
  allowedDecisions: readonly DecisionType[];
  /** Only when the policy says it. */
  effect?: EffectClass;
}

/**
 * The interrupt of a gate, in one shape that every known client shows as an answerable card: LangChain's HITL
 * request in both casings, with one entry per held call in each list, and the older `HumanInterrupt` view of the
 * first call beside it.
 */
export interface ApprovalQuestion {
  action_requests: ActionRequest[];
  actionRequests: ActionRequest[];
  review_configs: ReviewConfig[];
  reviewConfigs: ReviewConfig[];
  action_request: { action: string; args: ToolArgs };
  config: { allow_accept: boolean; allow_edit: boolean; allow_respond: boolean; allow_ignore: boolean };
  description: string;
  /** Only when the last answer was not understood: what was wrong with it, and what is accepted. */
  error?: string;
}

const actionRequest = ({ id, name, args, description }: HeldCall): ActionRequest => ({
  name,
  args,
  arguments: args,
  description,
  tool_call_id: id,
  toolCallId: id,
});

const reviewConfig = ({ name, decisions, effect }: HeldCall): ReviewConfig => ({
  action_name: name,
  actionName: name,
  allowed_decisions: decisions,
  allowedDecisions: decisions,
  ...(effect === undefined ? {} : { effect }),
});

const summary = (held: readonly HeldCall[], first: HeldCall): string =>
  held.length === 1
    ? first.description
    : `${held.length} tool calls wait for a decision each: ${held.map((call) => call.name).join(', ')}.`;

/** Asks for one decision per call of `held`, which must not be empty. `error` says why it is asked again. */
export const approvalQuestion = (
  held: readonly [HeldCall, ...HeldCall[]],
  error?: string,
): ApprovalQuestion => {
  const [first] = held;
  const shown = (text: string): string => (error === undefined ? text : `${error}\n\n${text}`);
  const requests = held.map((call) => actionRequest({ ...call, description: shown(call.description) }));
  const configs = held.map(reviewConfig);
  return {
    action_requests: requests,
    actionRequests: requests,
    review_configs: configs,
    reviewConfigs: configs,
    action_request: { action: first.name, args: first.args },
    config: {
      allow_accept: first.decisions.includes('approve'),
      allow_edit: first.decisions.includes('edit'),
      allow_respond: first.decisions.includes('respond'),
      allow_ignore: false,
    },
    description: shown(summary(held, first)),
    ...(error === undefined ? {} : { error }),
  };
};
