import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import { interrupt } from '@langchain/langgraph';
import { type Decision, readAnswer } from './answer.ts';
import { type DecisionRecord, decisionRecord, type MadeCall } from './decisions.ts';
import { type ApprovalOptions, type HeldCall, heldCalls, type ToolArgs } from './policy.ts';
import { approvalQuestion } from './question.ts';
import { rewritten } from './rewrite.ts';
import { lastTurn, pendingToolCalls } from './tool-calls.ts';

/** What a gate writes into the state. */
export interface GateUpdate {
  messages: BaseMessage[];
  decisions: DecisionRecord[];
}

const ACCEPTED =
  'Nothing was run. Answer with {"decisions": [...]}, one per tool call and in their order: {"type": "approve"}, ' +
  '{"type": "edit", "editedAction": {"name", "args"}}, {"type": "reject", "message"} or {"type": "respond", "message"}; ' +
  'or with the one word approve or reject for all of them.';

/** Asks one question about all of `held`, and asks again with a reason until there is one clear decision per call. */
export const ask = (held: [HeldCall, ...HeldCall[]]): Decision[] => {
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

/** The result of a call that does not run; undefined when it does. */
export const answerInstead = (decision: Decision, call: HeldCall): ToolMessage | undefined => {
  const to = { tool_call_id: call.id, name: call.name };
  if (decision.type === 'reject')
    return new ToolMessage({ ...to, status: 'error', content: rejection(call, decision.message) });
  if (decision.type === 'respond')
    return new ToolMessage({ ...to, status: 'success', content: decision.message });
  return undefined;
};

const editsOf = (pairs: readonly { call: HeldCall; decision: Decision }[]): Map<string, ToolArgs> =>
  new Map(
    pairs.flatMap(({ call, decision }) =>
      decision.type === 'edit' ? [[call.id, decision.args] as const] : [],
    ),
  );

/**
 * Has the unanswered calls of the last AI message decided, as far as `options` holds them and `isDecided` does not say
 * that they were: one question for all, answered by what is to be written back. Interrupts the task it runs in.
 */
export const decideCalls = (
  messages: readonly BaseMessage[],
  options: ApprovalOptions,
  isDecided: (made: MadeCall) => boolean = () => false,
): GateUpdate => {
  const turn = lastTurn(messages);
  if (turn === undefined) return { messages: [], decisions: [] };
  const { message } = turn;
  const open = pendingToolCalls(messages).filter((call) => !isDecided({ message, call }));
  const [first, ...rest] = heldCalls(open, options);
  if (first === undefined) return { messages: rewritten(message, new Map()), decisions: [] };
  const held: [HeldCall, ...HeldCall[]] = [first, ...rest];
  const decisions = ask(held);
  const pairs = held.flatMap((call, index) => {
    const decision = decisions[index];
    return decision === undefined ? [] : [{ call, decision }];
  });
  return {
    messages: [
      ...rewritten(message, editsOf(pairs)),
      ...pairs.flatMap(({ call, decision }) => answerInstead(decision, call) ?? []),
    ],
    decisions: pairs.map(({ call, decision }) => ({
      ...(message.id !== undefined && { messageId: message.id }),
      ...decisionRecord(decision, call),
    })),
  };
};
