import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import {
  isCommand,
  isGraphBubbleUp,
  type LangGraphRunnableConfig,
  messagesStateReducer,
} from '@langchain/langgraph';
import { forRun, type PerRun } from './approval-gate.ts';
import { decideCalls, type GateUpdate } from './decide.ts';
import { type DecisionRecord, isReleased, type MadeCall } from './decisions.ts';
import { gateOf } from './gate-of.ts';
import { asText } from './json.ts';
import { inOwnTask, storedSoFar } from './own-task.ts';
import { type IdentifiedCall, unanswered, type UnparsedCall } from './tool-calls.ts';
import { lastToolRuns, type ToolRun } from './tool-runs.ts';

const told = (call: { id: string; name?: string | undefined }, problem: string): ToolMessage =>
  new ToolMessage({
    tool_call_id: call.id,
    status: 'error',
    content: problem,
    ...(call.name === undefined ? {} : { name: call.name }),
  });

/** Tells the model that a call could not be read. */
export const toldMalformed = (call: UnparsedCall): ToolMessage =>
  told(
    call,
    `The arguments of ${call.name ?? 'the call'} are not a JSON object, so it was not run. ` +
      'Call it again with complete arguments.',
  );

/** Tells the model what a tool threw; throws it again when it is LangGraph's own way to stop, or an abort. */
export const toldOrThrown = (
  error: unknown,
  call: { id: string; name: string },
  signal: AbortSignal | undefined,
): ToolMessage => {
  if (signal?.aborted === true || (error instanceof Error && isGraphBubbleUp(error))) throw error;
  return told(call, `${call.name} failed: ${error instanceof Error ? error.message : String(error)}`);
};

const asToolMessage = (output: unknown, call: IdentifiedCall): ToolMessage => {
  if (ToolMessage.isInstance(output)) return output;
  if (isCommand(output))
    return told(call, `${call.name} returned a Command, which this tools node does not take.`);
  return new ToolMessage({
    tool_call_id: call.id,
    name: call.name,
    status: 'success',
    content: output === undefined ? '' : asText(output),
  });
};

const runCall = async (
  tool: StructuredToolInterface,
  call: IdentifiedCall,
  config: LangGraphRunnableConfig,
): Promise<ToolMessage> => {
  try {
    return asToolMessage(await tool.invoke({ ...call, type: 'tool_call' }, config), call);
  } catch (error) {
    return toldOrThrown(error, call, config.signal);
  }
};

type Tools = readonly StructuredToolInterface[];

/** Runs the calls that have no result yet, one after the other; those of an unknown tool are told so. */
const runCalls = async (
  messages: readonly BaseMessage[],
  tools: Tools,
  config: LangGraphRunnableConfig,
): Promise<ToolMessage[]> => {
  const { valid, invalid } = unanswered(messages);
  const results = invalid.map(toldMalformed);
  for (const [index, call] of valid.entries()) {
    if (index > 0) await storedSoFar(config);
    config.signal?.throwIfAborted();
    const tool = tools.find(({ name }) => name === call.name);
    const open = tool === undefined ? undefined : (gateOf(tool)?.inner ?? tool);
    results.push(
      open === undefined
        ? told(call, `There is no tool ${call.name}. There are: ${tools.map(({ name }) => name).join(', ')}.`)
        : await inOwnTask(call.name, config, (own) => runCall(open, call, own)),
    );
  }
  return results;
};

/** One question about all calls of tools that are `gated` and that no gate before has had decided. */
const decideGated = (
  messages: readonly BaseMessage[],
  tools: Tools,
  isDecided: (made: MadeCall) => boolean,
): GateUpdate => {
  const gates = tools.flatMap((tool) => {
    const gate = gateOf(tool);
    return gate === undefined ? [] : [[tool.name, gate.rule] as const];
  });
  if (gates.length === 0) return { messages: [], decisions: [] };
  return decideCalls(messages, { policy: Object.fromEntries(gates), otherwise: 'never' }, isDecided);
};

interface ToolsState {
  messages: BaseMessage[];
  decisions?: DecisionRecord[];
  toolRuns?: ToolRun[];
}

/**
 * A tools node that fits behind `approvalGate`: it runs the calls of the last AI message that nobody has answered,
 * one after the other in the model's order, and answers every one of them. What goes wrong (an unknown tool,
 * arguments that are no JSON object or do not fit the schema, a tool that throws) is told to the model. Calls of tools
 * that are `gated` are held here, all of them in one question.
 *
 * Each call is a task of its own: when the node is run again, because a later call asked, was drained or died with its
 * process, the calls that have their result stored are not repeated. Unlike LangGraph's prebuilt `ToolNode` it lets
 * everything pass that is LangGraph's own way to stop (an interrupt, a drain, an abort), so a sub-agent inside a tool
 * can be paused. `toolRuns` says what ran, by whose decision and with which arguments.
 */
export const toolsNode =
  <State extends ToolsState = ToolsState>(tools: PerRun<Tools, State>) =>
  async (state: State, config: LangGraphRunnableConfig): Promise<GateUpdate & { toolRuns: ToolRun[] }> => {
    const offered = forRun(tools, state, config);
    const { decisions: earlier = [], toolRuns } = state;
    const messages = messagesStateReducer(state.messages, []); // each with an id, as what is on record needs it
    // Where runs are not kept nobody can say which decisions have been used: all is asked.
    const gate = decideGated(
      messages,
      offered,
      (made) => toolRuns !== undefined && isReleased(made, { decisions: earlier, toolRuns }),
    );
    const decided = messagesStateReducer(messages, gate.messages);
    const results = await runCalls(decided, offered, config);
    return {
      messages: [...gate.messages, ...results],
      decisions: gate.decisions,
      toolRuns: lastToolRuns([...decided, ...results], [...earlier, ...gate.decisions]),
    };
  };
