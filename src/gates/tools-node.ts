import { type BaseMessage, ToolMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import { isCommand, isGraphBubbleUp, type LangGraphRunnableConfig } from '@langchain/langgraph';
import { asText } from './json.ts';
import { type IdentifiedCall, unanswered, type UnparsedCall } from './tool-calls.ts';

const told = (call: { id: string; name?: string | undefined }, problem: string): ToolMessage =>
  new ToolMessage({
    tool_call_id: call.id,
    status: 'error',
    content: problem,
    ...(call.name === undefined ? {} : { name: call.name }),
  });

const toldMalformed = (call: UnparsedCall): ToolMessage =>
  told(
    call,
    `The arguments of ${call.name ?? 'the call'} are not a JSON object, so it was not run. ` +
      'Call it again with complete arguments.',
  );

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
    if (config.signal?.aborted === true || (error instanceof Error && isGraphBubbleUp(error))) throw error;
    return told(call, `${call.name} failed: ${error instanceof Error ? error.message : String(error)}`);
  }
};

/**
 * A tools node that fits behind `approvalGate`: it runs the calls of the last AI message that nobody has answered,
 * one after the other in the model's order, and answers every one of them. What goes wrong (an unknown tool,
 * arguments that are no JSON object or do not fit the schema, a tool that throws) is told to the model.
 *
 * Unlike LangGraph's prebuilt `ToolNode` it lets everything pass that is LangGraph's own way to stop (an interrupt,
 * a drain, an abort), so a sub-agent inside a tool can be paused.
 */
export const toolsNode = (tools: readonly StructuredToolInterface[]) => {
  const byName = new Map(tools.map((tool) => [tool.name, tool]));
  const names = [...byName.keys()].join(', ');
  return async (
    state: { messages: BaseMessage[] },
    config: LangGraphRunnableConfig,
  ): Promise<{ messages: ToolMessage[] }> => {
    const { valid, invalid } = unanswered(state.messages);
    const messages = invalid.map(toldMalformed);
    for (const call of valid) {
      config.signal?.throwIfAborted();
      const tool = byName.get(call.name);
      const known = tool !== undefined;
      messages.push(
        known
          ? await runCall(tool, call, config)
          : told(call, `There is no tool ${call.name}. There are: ${names}.`),
      );
    }
    return { messages };
  };
};
