import { ToolMessage } from '@langchain/core/messages';
import type { StructuredToolInterface } from '@langchain/core/tools';
import type { LangGraphRunnableConfig } from '@langchain/langgraph';
import { answerInstead, ask } from './decide.ts';
import { type DecisionRecord, decisionRecord } from './decisions.ts';
import { type Gate, withGate } from './gate-of.ts';
import { isObject } from './json.ts';
import { inOwnTask } from './own-task.ts';
import { heldCalls, type PolicyEntry, type ToolArgs } from './policy.ts';

interface Call {
  id: string;
  name: string;
  args: ToolArgs;
}

/** A tool is invoked with a whole tool call, or with nothing but the arguments. */
const asCall = (input: unknown, name: string): Call & { whole: boolean } => {
  const given = isObject(input) ? input : { input };
  const whole = given['type'] === 'tool_call' && isObject(given['args']);
  const id = whole && typeof given['id'] === 'string' ? given['id'] : '';
  return { id, name, args: whole ? (given['args'] as ToolArgs) : given, whole };
};

const NOTE = 'A person changed the arguments of this call before it ran. It ran with: ';

/** The result with the decision on it; after an edit the model is told, because its own message keeps what it said. */
const withRecord = (output: unknown, record: DecisionRecord): unknown => {
  if (!ToolMessage.isInstance(output)) return output;
  output.additional_kwargs = { ...output.additional_kwargs, decision: record };
  if (record.decision === 'edit' && typeof output.content === 'string')
    output.content += `\n\n${NOTE}${JSON.stringify(record.released)}`;
  return output;
};

const decideAndRun = async (
  { inner, rule }: Gate,
  input: unknown,
  config: LangGraphRunnableConfig,
): Promise<unknown> => {
  const { whole, ...call } = asCall(input, inner.name);
  const [held] = heldCalls([call], { policy: { [inner.name]: rule } });
  if (held === undefined) return inner.invoke(input as never, config);
  const [decision] = ask([held]);
  if (decision === undefined) throw new Error('there is no decision');
  const record = decisionRecord(decision, held);
  const instead = answerInstead(decision, held);
  if (instead !== undefined) return whole ? withRecord(instead, record) : instead.content;
  const args = record.released ?? call.args;
  const released = whole ? { ...call, args, type: 'tool_call' as const } : args;
  return withRecord(await inner.invoke(released, config), record);
};

/**
 * The same tool behind a gate of its own, for graphs that have no node to put one in: `createReactAgent`, `createAgent`,
 * LangGraph's `ToolNode`, `toolsNode`. Selected, it asks before it runs; all four decisions and every dialect of answer
 * are understood. It can only be called inside of a graph with a checkpointer: elsewhere it throws, and never runs.
 *
 * In `toolsNode` all gated calls of one step are one question, decided before any of them runs. In other nodes each
 * call asks by itself, with an id of its own; each runs once, however often the node is run again. There the decision is
 * kept on the tool message (`additional_kwargs.decision`).
 *
 * @example
 * const tools = [search, gated(sendEmail, { effect: 'irreversible' })];
 */
export const gated = <T extends StructuredToolInterface>(tool: T, policy: PolicyEntry = 'always'): T => {
  const gate: Gate = { inner: tool, rule: typeof policy === 'object' ? policy : { hold: policy } };
  const invoke = (input: unknown, config: LangGraphRunnableConfig = {}): Promise<unknown> =>
    inOwnTask(tool.name, config, (own) => decideAndRun(gate, input, own));
  const copy = Object.assign(Object.create(tool) as T, { invoke, call: invoke });
  return withGate(copy, gate);
};
