import type { AIMessage } from '@langchain/core/messages';
import type { ToolRun } from '../model/tool-run.ts';
import type { Decision } from './answer.ts';
import { sameJson } from './json.ts';
import type { DecisionType, EffectClass, HeldCall, ToolArgs } from './policy.ts';
import type { IdentifiedCall } from './tool-calls.ts';

/** One decided tool call, as it stays readable in the state. Calls that were never held have no record. */
export interface DecisionRecord {
  /** The message that made the call; absent where messages have no ids. */
  messageId?: string;
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

/** One call as its message makes it now. */
export interface MadeCall {
  message: AIMessage;
  call: IdentifiedCall;
}

/**
 * Whether what is on record is about this call, and for these arguments. The call's id alone does not say so: there are
 * servers that number the calls of each message from the beginning.
 */
const isOn = (
  { messageId, toolCallId, tool }: Pick<DecisionRecord, 'messageId' | 'toolCallId' | 'tool'>,
  args: ToolArgs,
  { message, call }: MadeCall,
): boolean =>
  messageId === message.id && toolCallId === call.id && tool === call.name && sameJson(args, call.args);

/** What was decided about a call last; undefined when nobody has been asked about it. */
export const decisionOn = (records: readonly DecisionRecord[], made: MadeCall): DecisionRecord | undefined =>
  records.findLast((record) => isOn(record, record.released ?? record.proposed, made));

/** Whether a person has let this call run and it has not: an approval is good for one run. */
export const isReleased = (
  made: MadeCall,
  { decisions, toolRuns }: { decisions: readonly DecisionRecord[]; toolRuns: readonly ToolRun[] },
): boolean => {
  const approvals = decisions.filter(({ released, ...record }) => released && isOn(record, released, made));
  const runs = toolRuns.filter((run) => run.by === 'person' && isOn(run, run.args, made));
  return approvals.length > runs.length;
};
