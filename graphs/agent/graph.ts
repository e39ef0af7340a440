import { SystemMessage } from '@langchain/core/messages';
import { END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { approvalGate, inLegalOrder, toolsNode, wantsTools } from 'holdpoint/gates';
import { chatModel } from './model.ts';
import { SYSTEM_PROMPT } from './prompts.ts';
import { AgentState } from './state.ts';
import { policy, tools } from './tools.ts';

type State = typeof AgentState.State;

const callModel = async ({ messages }: State, config: LangGraphRunnableConfig) => {
  const model = chatModel().bindTools(tools);
  return {
    messages: [await model.invoke([new SystemMessage(SYSTEM_PROMPT), ...inLegalOrder(messages)], config)],
  };
};

/** A turn that selected tools, well-formed or not, goes on to the gate; any other ends the run. */
const afterModel = ({ messages }: State): 'gate' | typeof END => (wantsTools(messages) ? 'gate' : END);

export const graph = new StateGraph(AgentState)
  .addNode('model', callModel)
  .addNode('gate', approvalGate({ policy }))
  .addNode('tools', toolsNode(tools))
  .addEdge(START, 'model')
  .addConditionalEdges('model', afterModel, ['gate', END])
  .addEdge('gate', 'tools')
  .addEdge('tools', 'model')
  .compile();
