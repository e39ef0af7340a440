import { isRecord } from '../../api/errors.ts';
import { visible } from '../visible-text.ts';
import type { Approval } from '../../api/queries.ts';
import type { DecisionKind } from '../../api/actions.ts';

export type EffectClass = 'read' | 'reversible' | 'irreversible';

/** One call of a tool that is held, or the whole of a question that holds none. */
export interface Held {
  /** Null for a plain question. */
  tool: string | null;
  /** An object, unless the agent does otherwise. */
  args: unknown;
  description: string | null;
  allowed: DecisionKind[];
  effect: EffectClass | null;
  /** JSON Schema of the arguments, where the question tells it. */
  schema: Record<string, unknown> | null;
}

const EFFECTS: EffectClass[] = ['read', 'reversible', 'irreversible'];

/** What a question is about, call by call. */
export const heldBy = (approval: Approval): Held[] => {
  const { tool_calls: calls, allowed_decisions: allowed, description, payload } = approval;
  if (calls.length === 0) return [{ tool: null, args: {}, description, allowed, effect: null, schema: null }];
  const configs = reviewConfigs(payload);
  return calls.map((call, index) => {
    const config = configs.find((each) => nameOf(each) === call.name) ?? configs[index] ?? {};
    const schema = config['args_schema'] ?? config['argsSchema'];
    return {
      tool: call.name,
      args: call.args ?? {},
      description: call.description,
      allowed: call.allowed_decisions,
      effect: EFFECTS.find((effect) => effect === config['effect']) ?? null,
      schema: isRecord(schema) ? schema : null,
    };
  });
};

const reviewConfigs = (payload: unknown): Record<string, unknown>[] => {
  const configs = isRecord(payload) ? (payload['review_configs'] ?? payload['reviewConfigs']) : undefined;
  return Array.isArray(configs) ? configs.filter(isRecord) : [];
};

const nameOf = (config: Record<string, unknown>): unknown => config['action_name'] ?? config['actionName'];

/** The tools of a question in a few words. */
export const titleOf = (approval: Approval): string => {
  const names = approval.tool_calls.map(({ name }) => name);
  return names.length === 0 ? 'Question' : visible([...new Set(names)].join(', '));
};

/** What it is about, on one line. */
export const summaryOf = (approval: Approval): string => {
  const [call] = approval.tool_calls;
  return visible(
    call ? JSON.stringify(call.args) : (approval.description ?? JSON.stringify(approval.payload)),
  );
};
