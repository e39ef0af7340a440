import { tellable } from '../telemetry/redact.ts';
import { isUnavailable, LeaseLostError, UnstorableValueError, type RunFailure } from '../model/errors.ts';
import type { Wait } from '../model/run-handle.ts';
import type { AbortReason, AttemptControl } from './attempt-control.ts';
import { GraphLoadError } from './graph-registry.ts';

type AttemptOrders = Pick<AttemptControl, 'abortReason'> & {
  run: Pick<AttemptControl['run'], 'drainRequested'>;
};

/** Every way an attempt can end. An ordinary stop is data, never an exception. */
export type RunOutcome =
  | { kind: 'finished' }
  | { kind: 'interrupted' }
  | { kind: 'drained' }
  /** A step ended to wait for something from outside. */
  | { kind: 'waiting'; waits: Wait[] }
  | { kind: 'aborted'; reason: AbortReason }
  | { kind: 'failed'; failure: RunFailure };

/** What an attempt that threw `error` came to. A drain that nobody asked of it is the graph's own, and an error. */
export const outcomeOfError = (error: unknown, { abortReason, run }: AttemptOrders): RunOutcome => {
  if (abortReason !== undefined) return { kind: 'aborted', reason: abortReason };
  if (error instanceof LeaseLostError) return { kind: 'aborted', reason: 'lease_lost' };
  if (nameOf(error) === 'GraphDrained' && run.drainRequested) return { kind: 'drained' };
  return { kind: 'failed', failure: failureOf(error) };
};

/** An error of our database, or of one that the graph uses. */
export const isDatabaseError = (error: unknown): boolean => nameOf(error) === 'SqliteError';

/** What storage says of itself, not the graph: there is another answer when it can be used. */
export const isOfStorage = (error: unknown): boolean =>
  isUnavailable(error) || (isDatabaseError(error) && !REFUSES_THE_VALUE.test(codeOf(error)));

/** What SQLite says of what it was given. */
const REFUSES_THE_VALUE = /^SQLITE_(CONSTRAINT|MISMATCH|RANGE|TOOBIG)/;

const codeOf = (error: unknown): string => read(() => (error as { code?: unknown }).code, '');

/** Why a run that came to this has failed; null when it has not. */
export const failureIn = (outcome: RunOutcome): RunFailure | null => {
  if (outcome.kind === 'failed') return outcome.failure;
  return outcome.kind === 'aborted' && outcome.reason === 'timeout' ? TIMEOUT : null;
};

const TIMEOUT: RunFailure = {
  reason: 'timeout',
  error: 'RunTimeout',
  message: 'the run took longer than a run may (HOLDPOINT_RUN_TIMEOUT_MS)',
};

/** The failure of a run that ends by this error. */
export const failureOf = (error: unknown): RunFailure => ({
  reason: failureReason(error),
  error: nameOf(error),
  message: tellable(messageOf(error)),
});

const failureReason = (error: unknown): RunFailure['reason'] => {
  if (error instanceof UnstorableValueError) return 'serialization_failed';
  if (error instanceof GraphLoadError) return 'graph_load_failed';
  if (nameOf(error) === 'GraphRecursionError') return 'recursion_limit';
  return isDatabaseError(error) ? 'storage_failed' : 'graph_error';
};

/** By name, not by class: the graph may have its own copy of LangGraph. */
const nameOf = (error: unknown): string =>
  read(() => (error instanceof Error ? error.name : 'Error'), 'Error');

export const messageOf = (error: unknown): string =>
  read(() => (error instanceof Error ? error.message : error), 'what was thrown cannot be read');

/** A graph may throw anything, also what throws when it is looked at. */
const read = (look: () => unknown, otherwise: string): string => {
  try {
    return String(look());
  } catch {
    return otherwise;
  }
};
