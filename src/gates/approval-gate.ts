import type { BaseMessage } from '@langchain/core/messages';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { decideCalls, type GateUpdate } from './decide.ts';
import type { ApprovalOptions } from './policy.ts';

interface Conversation {
  messages: BaseMessage[];
}

/** What may differ from run to run is given as a function of the state and of the run's configuration. */
export type PerRun<T, State> = T | ((state: State, config: LangGraphRunnableConfig) => T);

/** The value for this run. */
export const forRun = <T extends object, State>(
  value: PerRun<T, State>,
  state: State,
  config: LangGraphRunnableConfig,
): T => (typeof value === 'function' ? value(state, config) : value);

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
 * The node has no effects of its own, so it may be replayed at will. Options given as a function must come out the
 * same when the question is answered as when it was asked: derive them from the state, or from what does not change.
 *
 * @example
 * new StateGraph(State)
 *   .addNode('model', callModel)
 *   .addNode('gate', approvalGate({ policy: { send_email: 'always', search: 'never' } }))
 *   .addNode('tools', toolsNode(tools))
 */
export const approvalGate =
  <State extends Conversation = Conversation>(options: PerRun<ApprovalOptions, State>) =>
  (state: State, config: LangGraphRunnableConfig): GateUpdate =>
    decideCalls(state.messages, forRun(options, state, config));
