import type { Effect, EffectClaim, EffectOutcome } from '../model/effect.ts';
import type { Lease } from '../model/lease.ts';
import type { Ledger } from './ports.ts';

export type { EffectOutcome } from '../model/effect.ts';

export type EffectIntent = EffectClaim & Pick<Effect, 'threadId' | 'runId' | 'intendedAt'>;

/** Side effects by their keys: the intent before, the result after. Writes prove the lease of the run they are for. */
export interface EffectLedger {
  /**
   * Writes the intent down, unless one of this key is there: then nothing changes and that one is answered. One that
   * is known not to have happened is intended anew. Durable when it resolves.
   * @throws {LeaseLostError} when the lease is no longer the thread's.
   */
  intend(intent: EffectIntent, lease: Lease): Promise<{ effect: Effect; fresh: boolean }>;
  /**
   * `answers` more answers of people were used, by task `taskId`.
   * @throws {LeaseLostError}
   */
  settle(input: {
    key: string;
    outcome: EffectOutcome;
    at: string;
    lease: Lease;
    taskId: string;
    answers?: number | undefined;
  }): Promise<void>;
  /**
   * Says of an effect in doubt whether it happened, while nobody holds the thread; false when there is no such effect
   * in doubt, or somebody does. `log` writes in the same transaction.
   */
  resolve(input: {
    threadId: string;
    key: string;
    outcome: EffectOutcome;
    at: string;
    log: (ledger: Ledger) => Promise<void>;
  }): Promise<boolean>;
  get(threadId: string, key: string): Promise<Effect | undefined>;
  /** In the order they were intended. */
  list(threadId: string): Promise<Effect[]>;
  /** Intended, and neither a person nor the graph has been told what came of it. */
  inDoubt(threadId: string): Promise<Effect[]>;
}
