import type { EffectBook, EffectClaim, EffectOutcome, EffectStanding } from '../model/effect.ts';
import { LeaseLostError } from '../model/errors.ts';
import type { Lease } from '../model/lease.ts';
import type { EffectLedger } from '../storage/ports.ts';
import type { AttemptControl } from './attempt-control.ts';
import { isOfStorage } from './outcome.ts';

/** Where, in `configurable`, the `effect` of the gates looks for the book. */
export const EFFECT_BOOK = '__holdpoint_effects';

/** Moments at which a crash leaves an effect half done; a test can be there. */
export type EffectPoint = 'effect:begin' | 'effect:intended' | 'effect:called' | 'effect:recorded';

/** The attempt whose effects they are. */
export interface AttemptOfEffects {
  lease: Lease;
  runId: string;
  signal: AbortSignal;
  /**
   * The ledger refused a write. Where it can take none now the attempt has to end, or the graph would take that for a
   * failure of its own.
   */
  onRefused: (error: unknown) => void;
}

export interface EffectBookInput extends AttemptOfEffects {
  ledger: EffectLedger;
  now: () => string;
  at: (point: EffectPoint) => void;
}

/** The ledger of effects for one attempt of a run. */
export class AttemptEffects implements EffectBook {
  readonly #input: EffectBookInput;

  constructor(input: EffectBookInput) {
    this.#input = input;
  }

  /** An attempt that was told to stop begins nothing. */
  async begin(claim: EffectClaim): Promise<EffectStanding> {
    const { ledger, lease, runId, now, at, signal } = this.#input;
    signal.throwIfAborted();
    at('effect:begin');
    const intent = { ...claim, threadId: lease.threadId, runId, intendedAt: now() };
    const { effect, fresh } = await this.#write(ledger.intend(intent, lease));
    const answers = effect.taskId === claim.taskId ? effect.answers : 0;
    if (fresh) {
      at('effect:intended');
      return { state: 'fresh', answers };
    }
    return effect.state === 'done'
      ? { state: 'done', result: effect.result, answers }
      : { state: 'in_doubt', intendedAt: effect.intendedAt, error: effect.error, answers };
  }

  async settle(input: {
    key: string;
    taskId: string;
    outcome: EffectOutcome;
    answers?: number;
  }): Promise<void> {
    const { ledger, lease, now, at } = this.#input;
    at('effect:called');
    await this.#write(ledger.settle({ ...input, at: now(), lease }));
    at('effect:recorded');
  }

  async #write<T>(write: Promise<T>): Promise<T> {
    try {
      return await write;
    } catch (error) {
      this.#input.onRefused(error);
      throw error;
    }
  }
}

/** Ends an attempt that could not write something down, unless it is what it wrote that is refused. */
export const endingAttempt =
  (control: Pick<AttemptControl, 'abort'>) =>
  (error: unknown): void => {
    const reason = refusalReason(error);
    if (reason) control.abort(reason);
  };

/** Why an attempt ends that could not write something down; undefined when it is what it wrote that is refused. */
export const refusalReason = (error: unknown): 'lease_lost' | 'storage' | undefined => {
  if (error instanceof LeaseLostError) return 'lease_lost';
  return isOfStorage(error) ? 'storage' : undefined;
};
