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
  taskId: string;
  toolCallId: string | null;
  runId: string;
  onInDoubt: InDoubtRule;
  state: EffectState;
  result: Json;
  error: string | null;
  intendedAt: string;
  settledAt: string | null;
}
