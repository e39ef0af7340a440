import type { NewRunEvent } from '../model/run-event.ts';
import type { FinalState } from './final-state.ts';
import type { RunOutcome } from './outcome.ts';
import type { ResourceStep } from './resources.ts';

/** What an attempt came to, and what the transaction that settles it writes beside the state. */
export interface AttemptResult extends FinalState {
  outcome: RunOutcome;
  /** The resources of the graph that were let go, in this order. */
  released?: ResourceStep[];
  /** Events that are not yet in the log. */
  events: NewRunEvent[];
  /** The number of the last of all its events. */
  lastSeq: number;
  /** Whether this attempt stored anything: an attempt that did not and died is spent. */
  progressed: boolean;
}
