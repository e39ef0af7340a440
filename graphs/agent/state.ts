import { Annotation, MessagesAnnotation } from '@langchain/langgraph';
import { gateChannels } from 'holdpoint/gates';

/** The conversation, and beside it what people decided about held tool calls. */
export const AgentState = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });
