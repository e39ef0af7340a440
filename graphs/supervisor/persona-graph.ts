import { type AIMessage, SystemMessage } from '@langchain/core/messages';
import { Annotation, END, type LangGraphRunnableConfig, START, StateGraph } from '@langchain/langgraph';
import { approvalGate, inLegalOrder, toolsNode, wantsTools } from 'holdpoint/gates';
import { z } from 'zod';
import { speak } from '../agent/model.ts';
import { AgentState } from '../agent/state.ts';
import { approvalFor, toolsFor } from '../agent/tools.ts';
import { pauseSelf, tellParent } from './family.ts';
import { findPersona, type Persona } from './personas.ts';

const PersonaContext = z.object({ persona: z.string().min(1).describe('Whose file says who this is.') });

const State = Annotation.Root({
  ...AgentState.spec,
  /** The coordinator's thread, if it has one. */
  parent: Annotation<string | null>({ reducer: (_, next) => next, default: () => null }),
  persona: Annotation<string>,
  /** Turns of the model since the budget was last granted. */
  turns: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  /** How often it was held. */
  held: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
  /** Why it is to be held until a person has looked at it. */
  problem: Annotation<string | null>({ reducer: (_, next) => next, default: () => null }),
});

type Values = typeof State.State;

const personaOf = ({ persona }: Values, { context }: LangGraphRunnableConfig): Persona => {
  const given = PersonaContext.safeParse(context);
  return findPersona(given.success ? given.data.persona : persona);
};

const GENERAL = [
  'You are one of several agents that a coordinator has given a part of a task each. Do your part and nothing else.',
  'Some calls wait until a person has decided; go by their result.',
].join('\n');

/** A turn. What goes wrong is no end of the agent: it is held, with the reason, until somebody has looked. */
const callModel = async (state: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const persona = personaOf(state, config);
  const { name, tools, model, instructions, budget } = persona;
  const settings = { tools, ...(model !== undefined && { model }) };
  if (state.turns >= budget)
    return {
      persona: name,
      settings,
      problem: `the budget of ${budget} turns is spent; a resume grants as many again`,
      turns: 0,
    };
  const messages = [new SystemMessage(`${GENERAL}\n\n${instructions}`), ...inLegalOrder(state.messages)];
  try {
    const reply: AIMessage = await speak({ model, tools: toolsFor(settings), messages }, config);
    return { messages: [reply], persona: name, settings, turns: state.turns + 1, problem: null };
  } catch (error) {
    if (config.signal?.aborted) throw error;
    const problem = `for investigation: ${error instanceof Error ? error.message : String(error)}`;
    return { persona: name, settings, problem };
  }
};

const afterModel = ({ problem, messages }: Values): 'investigate' | 'announce' | 'report' => {
  if (problem !== null) return 'investigate';
  return wantsTools(messages) ? 'announce' : 'report';
};

const placeOf = ({ configurable }: LangGraphRunnableConfig) => ({
  threadId: String(configurable?.['thread_id']),
  runId: String(configurable?.['run_id']),
});

/** Tells the coordinator, if there is one, how it stands. */
const tell = async (
  { parent, messages, held }: Values,
  config: LangGraphRunnableConfig,
  news: { state: string; reason?: string },
): Promise<void> => {
  const { threadId, runId } = placeOf(config);
  if (parent === null) return;
  const id = `${runId}:${messages.length}:${held}:${news.state}`;
  await tellParent({ parent, id, data: { threadId, ...news } }, config.signal);
};

/** Pauses itself with the reason, and lets the coordinator know. The next step is the model's turn again. */
const investigate = async (state: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  const reason = state.problem ?? 'for investigation';
  await pauseSelf(placeOf(config).threadId, reason, config.signal);
  await tell(state, config, { state: 'paused', reason });
  return { problem: null, held: state.held + 1 };
};

/** A person may be asked next. */
const announce = async (state: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  await tell(state, config, { state: 'calls' });
  return {};
};

const report = async (state: Values, config: LangGraphRunnableConfig): Promise<Partial<Values>> => {
  await tell(state, config, { state: 'success' });
  return {};
};

/** A sub-agent: the default agent's model and tools, with the persona, the tools and the budget of a file. */
export const graph = new StateGraph(State, PersonaContext)
  .addNode('model', callModel)
  .addNode('investigate', investigate)
  .addNode('announce', announce)
  .addNode(
    'gate',
    approvalGate<Values>(({ settings }) => approvalFor(settings, [])),
  )
  .addNode(
    'tools',
    toolsNode<Values>(({ settings }) => toolsFor(settings)),
  )
  .addNode('report', report)
  .addEdge(START, 'model')
  .addConditionalEdges('model', afterModel, ['investigate', 'announce', 'report'])
  .addEdge('investigate', 'model')
  .addEdge('announce', 'gate')
  .addEdge('gate', 'tools')
  .addEdge('tools', 'model')
  .addEdge('report', END)
  .compile();
