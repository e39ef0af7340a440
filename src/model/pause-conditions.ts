import { z } from 'zod';
import { fewOf } from './few-of.ts';
import type { BudgetCaps } from './pause.ts';

/** What a call of a model took. */
export interface TokenUse {
  model: string | null;
  inputTokens: number;
  outputTokens: number;
}

/** Something that went wrong in a run: a try of a node, a tool, or the run as a whole. */
export interface StepFailure {
  what: string;
  error: string;
}

const Price = z.strictObject({
  input: z.number().min(0).meta({ description: 'Per million tokens' }),
  output: z.number().min(0),
});

const ErrorThreshold = z.strictObject({
  count: z.int().min(1).max(1000),
  window_ms: z.int().min(1000).max(2_592_000_000).default(3_600_000),
});

const ContextBudget = z
  .strictObject({
    max_tokens: z.int().min(1).optional().meta({ description: 'Input and output together' }),
    max_cost: z.number().positive().optional().meta({ description: 'In the currency of the prices' }),
    per: z.enum(['run', 'thread']).default('run'),
    prices: fewOf(Price, 1000).default({}).meta({ description: 'By model; "*" for every other one' }),
  })
  .refine(({ max_tokens, max_cost }) => (max_tokens ?? max_cost) !== undefined, 'give max_tokens or max_cost')
  .refine(({ max_cost, prices }) => max_cost === undefined || '*' in prices, {
    path: ['prices'],
    message: 'max_cost needs a price for every model: give one for "*"',
  });

/** Conditions under which the server pauses the runs of an assistant by itself. */
export const PauseConditions = z
  .strictObject({ error_threshold: ErrorThreshold.optional(), context_budget: ContextBudget.optional() })
  .refine(
    ({ error_threshold, context_budget }) => (error_threshold ?? context_budget) !== undefined,
    'give error_threshold or context_budget',
  );

export type PauseConditions = z.output<typeof PauseConditions>;
export type ContextBudget = NonNullable<PauseConditions['context_budget']>;

/** What was spent, in all. */
export interface Spent {
  tokens: number;
  cost: number;
}

/** What a call cost by these prices. */
export const costOf = (
  { model, inputTokens, outputTokens }: TokenUse,
  prices: ContextBudget['prices'],
): number => {
  const price = (model !== null && Object.hasOwn(prices, model) ? prices[model] : undefined) ?? prices['*'];
  return price ? (inputTokens * price.input + outputTokens * price.output) / 1_000_000 : 0;
};

/** The caps in force: those of the assistant, raised or lowered by what a resume granted. */
export const capsOf = ({ max_tokens, max_cost }: ContextBudget, granted: BudgetCaps = {}): BudgetCaps => {
  const [maxTokens, maxCost] = [granted.maxTokens ?? max_tokens, granted.maxCost ?? max_cost];
  return { ...(maxTokens !== undefined && { maxTokens }), ...(maxCost !== undefined && { maxCost }) };
};

/** Which cap is reached, in words; undefined while none is. */
export const capReached = (
  { tokens, cost }: Spent,
  { maxTokens, maxCost }: BudgetCaps,
): string | undefined => {
  if (maxTokens !== undefined && tokens >= maxTokens) return `${tokens} of ${maxTokens} tokens are spent`;
  if (maxCost !== undefined && cost >= maxCost) return `${rounded(cost)} of ${maxCost} are spent`;
  return undefined;
};

const rounded = (cost: number): string => String(Math.round(cost * 1e6) / 1e6);
