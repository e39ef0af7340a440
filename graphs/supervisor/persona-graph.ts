import { type AIMessage, SystemMessage } from '@langchain/core/messages';
import {
  Annotation,
  END,
  type LangGraphRunnableConfig,
  MessagesAnnotation,
  START,
  StateGraph,
} from '@langchain/langgraph';
import { approvalGate, inLegalOrder, toolsNode, wantsTools } from 'holdpoint/gates';
import { z } from 'zod';
import { speak } from '../agent/model.ts';
import { AgentState } from '../agent/state.ts';
import { approvalFor, toolsFor } from '../agent/tools.ts';
import { pauseSelf } from './family.ts';
import { findPersona, type Persona } from './personas.ts';

const PersonaContext = z.object({ persona: z.string().min(1).describe('Whose file says who this is.') });

const State = Annotation.Root({
  ...AgentState.spec,
  persona: Annotation<string>,
  /** Turns of the model since the budget was last granted. */
  turns: Annotation<number>({ reducer: (_, next) => next, default: () => 0 }),
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

const afterModel = ({ problem, messages }: Values): 'investigate' | 'gate' | typeof END => {
  if (problem !== null) return 'investigate';
  return wantsTools(messages) ? 'gate' : END;
};

/** Pauses itself with the reason. The next step is the model's turn again. */
const investigate = async (
  { problem }: Values,
  config: LangGraphRunnableConfig,
): Promise<Partial<Values>> => {
  await pauseSelf(problem ?? 'for investigation', config);
  return { problem: null };
};

/** A sub-agent: the default agent's model and tools, with the persona, the tools and the budget of a file. */
export const graph = new StateGraph({ state: State, input: MessagesAnnotation, context: PersonaContext })
  .addNode('model', callModel)
  .addNode('investigate', investigate)
  .addNode(
    'gate',
    approvalGate<Values>(({ settings }) => approvalFor(settings, [])),
  )
  .addNode(
    'tools',
    toolsNode<Values>(({ settings }) => toolsFor(settings)),
  )
  .addEdge(START, 'model')
  .addConditionalEdges('model', afterModel, ['investigate', 'gate', END])
  .addEdge('investigate', 'model')
  .addEdge('gate', 'tools')
  .addEdge('tools', 'model')
  .compile();
