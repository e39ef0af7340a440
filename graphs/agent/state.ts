import { Annotation, MessagesAnnotation } from '@langchain/langgraph';
import { gateChannels } from 'holdpoint/gates';
import type { AgentContext } from './context.ts';

/** The conversation, beside it what people decided and what ran, and the settings and tools of the turn under way. */
export const AgentState = Annotation.Root({
  ...MessagesAnnotation.spec,
  ...gateChannels,
  settings: Annotation<AgentContext>,
  /** Tools of MCP servers that the model was offered. */
  mcpTools: Annotation<string[] | undefined>,
});
