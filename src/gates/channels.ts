import { Annotation } from '@langchain/langgraph';
import type { DecisionRecord } from './decisions.ts';
import type { ToolRun } from './tool-runs.ts';

const appended = <Item>() =>
  Annotation<Item[]>({ reducer: (earlier, later) => [...earlier, ...later], default: () => [] });

/**
 * State channels of the gates, to be spread into an `Annotation.Root`: what people decided, and what ran. They are a
 * record only: a graph without them is gated all the same.
 *
 * @example
 * const State = Annotation.Root({ ...MessagesAnnotation.spec, ...gateChannels });
 */
export const gateChannels = {
  decisions: appended<DecisionRecord>(),
  toolRuns: appended<ToolRun>(),
};
