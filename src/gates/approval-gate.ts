import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { interrupt } from '@langchain/langgraph';
import { type Decision, readAnswer } from './answer.ts';
import { type DecisionRecord, decisionRecord } from './decisions.ts';
import { type ApprovalOptions, type HeldCall, heldCalls, type ToolArgs } from './policy.ts';
import { approvalQuestion } from './question.ts';
import { rewritten } from './rewrite.ts';
import { lastTurn, pendingToolCalls } from './tool-calls.ts';

export interface GateUpdate {
  messages: BaseMessage[];
  decisions: DecisionRecord[];
}

const ACCEPTED =
  'Nothing was run. Answer with {"decisions": [...]}, one per tool call and in their order: {"type": "approve"}, ' +
  '{"type": "edit", "editedAction": {"name", "args"}}, {"type": "reject", "message"} or {"type": "respond", "message"}; ' +
  'or with the one word approve or reject for all of them.';

/** Asks, and asks again with a reason, until there is one clear decision per call. */
const decide = (held: [HeldCall, ...HeldCall[]]): Decision[] => {
  let error: string | undefined;
  for (;;) {
    const reading = readAnswer(interrupt<unknown, unknown>(approvalQuestion(held, error)), held);
    if ('decisions' in reading) return reading.decisions;
    error = `The answer was not understood: ${reading.problem}. ${ACCEPTED}`;
  }
};

const rejection = (call: HeldCall, reason: string | undefined): string =>
  `The call to ${call.name} was rejected by a person and was not run.` +
  (reason === undefined || reason === '' ? '' : ` Reason: ${reason}`);

const answerInstead = (decision: Decision, call: HeldCall): ToolMessage[] => {
  const to = { tool_call_id: call.id, name: call.name };
  if (decision.type === 'reject')
    return [new ToolMessage({ ...to, status: 'error', content: rejection(call, decision.message) })];
  if (decision.type === 'respond')
    return [new ToolMessage({ ...to, status: 'success', content: decision.message })];
  return [];
};

const editsOf = (held: readonly HeldCall[], decisions: readonly Decision[]): Map<string, ToolArgs> =>
  new Map(
    held.flatMap((call, index) => {
      const decision = decisions[index];
      return decision?.type === 'edit' ? [[call.id, decision.args] as const] : [];
    }),
  );

/**
 * The node between tool selection and tool execution, for a `StateGraph` whose `messages` channel uses LangGraph's
 * messages reducer. It looks at the last AI message's tool calls that nobody has answered yet and holds those that
 * the policy holds: one `interrupt()` asks for a decision on each of them, and none of the batch runs before.
 *
 * - approve: the call stays as it is, for the tools node to run.
 * - edit: the call keeps its id and gets the person's arguments; `decisions` keeps what was proposed.
 * - reject, respond: a tool message answers in the tool's place, so the tools node skips the call
 *   (`toolsNode` and LangGraph's `ToolNode` both do) and the model goes on.
 *
 * An answer that is not understood is asked again with an `error`; it never runs anything and never ends the run.
 * The node has no effects of its own, so it may be replayed at will.
 *
 * @example
 * new StateGraph(State)
 *   .addNode('model', callModel)
 *   .addNode('gate', approvalGate({ policy: { send_email: 'always', search: 'never' } }))
 *   .addNode('tools', toolsNode(tools))
 */
export const approvalGate =
  (options: ApprovalOptions) =>
  (state: { messages: BaseMessage[] }): GateUpdate => {
    const turn = lastTurn(state.messages);
    if (turn === undefined) return { messages: [], decisions: [] };
    const [first, ...rest] = heldCalls(pendingToolCalls(state.messages), options);
    if (first === undefined) return { messages: rewritten(turn.message, new Map()), decisions: [] };
    const held: [HeldCall, ...HeldCall[]] = [first, ...rest];
    const decisions = decide(held);
    const pairs = held.flatMap((call, index) => {
      const decision = decisions[index];
      return decision === undefined ? [] : [{ call, decision }];
    });
    return {
      messages: [
        ...rewritten(turn.message, editsOf(held, decisions)),
        ...pairs.flatMap(({ call, decision }) => answerInstead(decision, call)),
      ],
      decisions: pairs.map(({ call, decision }) => decisionRecord(decision, call)),
    };
  };
