import { AIMessage, SystemMessage } from '@langchain/core/messages';
import {
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { approvalGate, inLegalOrder, partialOutput, toolsNode, wantsTools } from 'holdpoint/gates';
import { AgentContext, settingsOf } from './context.ts';
import { listMcpTools, MCP_SEPARATOR, withMcpTools } from './mcp.ts';
import { speak } from './model.ts';
import { systemPrompt } from './prompts.ts';
import { AgentState } from './state.ts';
import { approvalFor, toolsFor } from './tools.ts';

type State = typeof AgentState.State;

const callModel = async (state: State, config: LangGraphRunnableConfig) => {
  const settings = settingsOf(config.context, state.settings);
  const mcp = await listMcpTools(settings.mcp_servers ?? []);
  const tools = [...toolsFor(settings), ...mcp];
  const system = new SystemMessage(systemPrompt(settings.instructions, partialOutput(config)));
  const messages = [system, ...inLegalOrder(state.messages)];
  const reply = await speak({ model: settings.model, tools, messages }, config);
  return { messages: [reply], settings, mcpTools: mcp.map(({ name }) => name) };
};

/**
 * Connects to the MCP servers whose tools are called, and to no other. Of their tools it has those that the gate knew:
 * nobody was asked about one that has come since.
 */
const runTools = async (state: State, config: LangGraphRunnableConfig) => {
  const { settings, messages, mcpTools = [] } = state;
  const called = new Set(
    messages.findLast((message) => AIMessage.isInstance(message))?.tool_calls?.map(({ name }) => name),
  );
  const servers = (settings.mcp_servers ?? []).filter((server) =>
    [...called].some((name) => name.startsWith(`${server}${MCP_SEPARATOR}`)),
  );
  return withMcpTools(servers, (mcp) => {
    const known = mcp.filter(({ name }) => mcpTools.includes(name));
    return toolsNode<State>([...toolsFor(settings), ...known])(state, config);
  });
};

/** A turn that selected tools, well-formed or not, goes on to the gate; any other ends the run. */
const afterModel = ({ messages }: State): 'gate' | typeof END => (wantsTools(messages) ? 'gate' : END);

/** A caller says messages and nothing else: the policy is in the state, too. */
export const graph = new StateGraph({ state: AgentState, input: MessagesAnnotation, context: AgentContext })
  .addNode('model', callModel)
  .addNode(
    'gate',
    approvalGate<State>(({ settings, mcpTools = [] }) => approvalFor(settings, mcpTools)),
  )
  .addNode('tools', runTools)
  .addEdge(START, 'model')
  .addConditionalEdges('model', afterModel, ['gate', END])
  .addEdge('gate', 'tools')
  .addEdge('tools', 'model')
  .compile();
