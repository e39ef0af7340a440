import { isRecord, type JsonObject } from './json.ts';

/** One tool call that ran, as a graph with the gates keeps it in the channel `toolRuns` of its state. */
export interface ToolRun {
  /** The message that made the call; absent where messages have no ids. */
  messageId?: string;
  toolCallId: string;
  tool: string;
  /** The arguments it ran with. What was proposed, if that differs, is in the decision of this call. */
  args: Record<string, unknown>;
  /** Who let it run: the policy, which did not hold it, or a person. */
  by: 'policy' | 'person';
  decidedBy?: string;
  outcome: 'done' | 'failed';
}

/** The tool runs in a channel of that name; what does not look like one, in a graph that means something else, is left out. */
export const toolRunsIn = (channel: unknown): ToolRun[] =>
  Array.isArray(channel) ? channel.filter(isToolRun) : [];

const isToolRun = (value: unknown): value is ToolRun =>
  isRecord(value) &&
  typeof value['toolCallId'] === 'string' &&
  typeof value['tool'] === 'string' &&
  isRecord(value['args']) &&
  (value['by'] === 'policy' || value['by'] === 'person');

/** What the session log says of it. */
export const toolRunDetail = ({ toolCallId, tool, args, by, outcome }: ToolRun): JsonObject => ({
  tool,
  tool_call_id: toolCallId,
  args: args as JsonObject,
  by,
  outcome,
});
