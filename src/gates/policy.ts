/** What a person may answer to a held tool call. */
export const DECISION_TYPES = ['approve', 'edit', 'reject', 'respond'] as const;

export type DecisionType = (typeof DECISION_TYPES)[number];

export type ToolArgs = Record<string, unknown>;

/** When a call is held. A function sees the arguments; it must give the same answer each time it is asked. */
export type Hold = 'always' | 'never' | ((args: ToolArgs) => boolean);

/** What a call does to the world outside: nothing, something that can be undone, or something that cannot. */
export type EffectClass = 'read' | 'reversible' | 'irreversible';

export interface ToolRule {
  /** Left out, the effect decides: `read` passes, everything else (and no effect class at all) is held. */
  hold?: Hold;
  /** Shown to the person who decides, and kept in the record of the decision. */
  effect?: EffectClass;
  /** What the person reads above the arguments. */
  description?: string | ((args: ToolArgs) => string);
  /** Decisions offered and accepted; all four when left out. */
  decisions?: readonly DecisionType[];
}

/** What happens to one tool; a bare `Hold` is short for `{ hold }`. */
export type PolicyEntry = Hold | ToolRule;

/** One entry per tool name. */
export type ApprovalPolicy = Record<string, PolicyEntry>;

export interface ApprovalOptions {
  policy: ApprovalPolicy;
  /** What happens to tools the policy does not name. Held, when left out: a forgotten tool is never a free one. */
  otherwise?: Hold;
}

/** A tool call that waits for a decision. */
export interface HeldCall {
  id: string;
  name: string;
  args: ToolArgs;
  description: string;
  decisions: readonly DecisionType[];
  effect?: EffectClass;
}

const ruleFor = ({ policy, otherwise = 'always' }: ApprovalOptions, tool: string): ToolRule => {
  const entry = (Object.hasOwn(policy, tool) ? policy[tool] : undefined) ?? otherwise;
  return typeof entry === 'object' ? entry : { hold: entry };
};

const isHeld = ({ hold, effect }: ToolRule, args: ToolArgs): boolean => {
  if (hold === undefined) return effect !== 'read';
  if (typeof hold !== 'function') return hold === 'always';
  try {
    return hold(args);
  } catch {
    return true;
  }
};

const describe = (rule: ToolRule, call: { name: string; args: ToolArgs }): string => {
  const fallback = `The tool ${call.name} was selected and has not run. Approve, change or refuse the call.`;
  if (typeof rule.description !== 'function') return rule.description ?? fallback;
  try {
    return rule.description(call.args);
  } catch {
    return fallback;
  }
};

/**
 * The calls that `options` holds, in the order of `calls`. A policy function that throws holds the call:
 * a broken rule costs a question, never an unapproved execution.
 */
export const heldCalls = (
  calls: readonly { id: string; name: string; args: ToolArgs }[],
  options: ApprovalOptions,
): HeldCall[] =>
  calls.flatMap(({ id, name, args }) => {
    const rule = ruleFor(options, name);
    if (!isHeld(rule, args)) return [];
    return [
      {
        id,
        name,
        args,
        description: describe(rule, { name, args }),
        decisions: rule.decisions ?? DECISION_TYPES,
        ...(rule.effect === undefined ? {} : { effect: rule.effect }),
      },
    ];
  });
