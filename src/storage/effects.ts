import type { Effect } from '../model/effect.ts';
import type { Json } from '../model/json.ts';
import type { Lease } from '../model/lease.ts';

export type EffectIntent = Omit<Effect, 'state' | 'result' | 'error' | 'settledAt'>;

/** What came of an effect. */
export type EffectOutcome = { state: 'done'; result: Json } | { state: 'failed'; error: string };

/** Side effects by their keys: the intent before, the result after. Writes prove the lease of the run they are for. */
export interface EffectLedger {
  /**
   * Writes the intent down, unless one of this key is there: then nothing changes and that one is answered. Durable
   * when it resolves.
   * @throws {LeaseLostError} when the lease is no longer the thread's.
   */
  intend(intent: EffectIntent, lease: Lease): Promise<{ effect: Effect; fresh: boolean }>;
  /** @throws {LeaseLostError} */
  settle(input: { key: string; outcome: EffectOutcome; at: string; lease: Lease }): Promise<void>;
  /** In the order they were intended. */
  list(threadId: string): Promise<Effect[]>;
  /** Intended, and nobody knows whether they happened. */
  inDoubt(threadId: string): Promise<Effect[]>;
}
