import type { Json } from './json.ts';

/**
 * `intended`: it was about to happen; whether it did is not known. `done`: it happened, and its result is kept.
 * `failed`: it is known not to have happened.
 */
export const EFFECT_STATES = ['intended', 'done', 'failed'] as const;

export type EffectState = (typeof EFFECT_STATES)[number];

/**
 * What is to be done about an effect of which only the intent is known: find out (`verify`), do it again, the target
 * telling the repetition by its key (`retry`), ask a person (`hold`), or give up (`fail`).
 */
export const IN_DOUBT_RULES = ['verify', 'retry', 'hold', 'fail'] as const;

export type InDoubtRule = (typeof IN_DOUBT_RULES)[number];

/** A side effect outside the graph, which is to happen once however often its step is run. */
export interface Effect {
  threadId: string;
  /** The same on every replay of the step; to be handed to the target, so that it can tell a repetition. */
  key: string;
  name: string;
  checkpointNs: string;
  /** The task that intended it last. */
  taskId: string;
  toolCallId: string | null;
  runId: string;
  onInDoubt: InDoubtRule;
  state: EffectState;
  result: Json;
  /** Why it failed; of an effect that is intended, what it threw: the graph was told, and it is still not known. */
  error: string | null;
  /** How many answers of people that task has used for it. */
  answers: number;
  intendedAt: string;
  settledAt: string | null;
}

/** What a step says of an effect before it does it. */
export type EffectClaim = Pick<
  Effect,
  'key' | 'name' | 'checkpointNs' | 'taskId' | 'toolCallId' | 'onInDoubt'
>;

/** What came of an effect; `intended` with an error: it threw, and may have happened all the same. */
export type EffectOutcome =
  { state: 'done'; result: Json } | { state: 'failed'; error: string } | { state: 'intended'; error: string };

/**
 * How an effect stands when its step comes to it. `fresh`: nobody has begun it, the intent is on disk now. `in_doubt`:
 * somebody has, and its end is not known. `answers` is how many answers this very task has used for it.
 */
export type EffectStanding = { answers: number } & (
  | { state: 'fresh' }
  | { state: 'done'; result: Json }
  | { state: 'in_doubt'; intendedAt: string; error: string | null }
);

/** The ledger of effects as one attempt of a run sees it. Its writes prove the attempt's lease. */
export interface EffectBook {
  begin(claim: EffectClaim): Promise<EffectStanding>;
  /** On disk when it resolves. `answers` more answers of people were used by task `taskId`. */
  settle(input: { key: string; taskId: string; outcome: EffectOutcome; answers?: number }): Promise<void>;
}
