import { Annotation, MessagesAnnotation } from '@langchain/langgraph';
import { gateChannels } from 'holdpoint/gates';
import type { AgentContext } from './context.ts';

/** The conversation, beside it what people decided and what ran, and the settings of the turn under way. */
export const AgentState = Annotation.Root({
  ...MessagesAnnotation.spec,
  ...gateChannels,
  settings: Annotation<AgentContext>,
});
