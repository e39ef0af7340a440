import { SystemMessage } from '@langchain/core/messages';
import { END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { approvalGate, inLegalOrder, toolsNode, wantsTools } from 'holdpoint/gates';
import { AgentContext, settingsOf } from './context.ts';
import { speak } from './model.ts';
import { systemPrompt } from './prompts.ts';
import { AgentState } from './state.ts';
import { approvalFor, toolsFor } from './tools.ts';

type State = typeof AgentState.State;

const callModel = async (state: State, config: LangGraphRunnableConfig) => {
  const settings = settingsOf(config.context, state.settings);
  const messages = [new SystemMessage(systemPrompt(settings.instructions)), ...inLegalOrder(state.messages)];
  const reply = await speak({ model: settings.model, tools: toolsFor(settings), messages }, config);
  return { messages: [reply], settings };
};

/** A turn that selected tools, well-formed or not, goes on to the gate; any other ends the run. */
const afterModel = ({ messages }: State): 'gate' | typeof END => (wantsTools(messages) ? 'gate' : END);

export const graph = new StateGraph(AgentState, AgentContext)
  .addNode('model', callModel)
  .addNode(
    'gate',
    approvalGate<State>(({ settings }) => approvalFor(settings)),
  )
  .addNode(
    'tools',
    toolsNode<State>(({ settings }) => toolsFor(settings)),
  )
  .addEdge(START, 'model')
  .addConditionalEdges('model', afterModel, ['gate', END])
  .addEdge('gate', 'tools')
  .addEdge('tools', 'model')
  .compile();
