import type { NewRunEvent } from '../model/run-event.ts';
import type { AttemptControl } from './attempt-control.ts';
import { NOTHING_READ, type FinalState } from './final-state.ts';
import { failureOf, isOfStorage, outcomeOfError, type RunOutcome } from './outcome.ts';
import type { ResourceStep } from './resources.ts';
import type { ClaimedRun } from './run-config.ts';

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

type Execute = (claimed: ClaimedRun, control: AttemptControl) => Promise<AttemptResult>;

/** Makes what breaks an attempt its outcome. What storage refused is tried again; all else fails the run. */
export const neverThrowing =
  (execute: Execute): Execute =>
  async (claimed, control) => {
    try {
      return await execute(claimed, control);
    } catch (error) {
      const outcome: RunOutcome = isOfStorage(error)
        ? { kind: 'aborted', reason: 'storage' }
        : outcomeOfError(error, control);
      return { outcome, ...NOTHING_READ, events: [], lastSeq: 0, progressed: false };
    }
  };

/** What an attempt comes to in place of a result that storage does not hold: a failure, which says so to readers. */
export const refusedBy = (error: unknown, { events, lastSeq, progressed }: AttemptResult): AttemptResult => {
  const { message } = failureOf(error);
  const said = { error: 'StorageError', message: `the end of the run cannot be stored: ${message}` };
  const seq = lastSeq + 1;
  return {
    ...NOTHING_READ,
    outcome: { kind: 'failed', failure: { reason: 'storage_failed', ...said } },
    events: [...events, { seq, event: 'error', data: JSON.stringify(said), ref: null }],
    lastSeq: seq,
    progressed,
  };
};
