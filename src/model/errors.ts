/**
 * Every error code the API can answer with. Codes are public and never renamed; messages may change.
 * `http/error-map.ts` gives each its HTTP status, and fails to compile when one is missing.
 */
export const ERROR_CODES = [
  'invalid_request',
  'idempotency_key_reused',
  'payload_too_large',
  'unauthenticated',
  'forbidden',
  'origin_refused',
  'host_refused',
  'rate_limited',
  'assistant_not_found',
  'graph_not_found',
  'thread_not_found',
  'run_not_found',
  'checkpoint_not_found',
  'cron_not_found',
  'outbound_not_found',
  'approval_not_found',
  'trigger_not_found',
  'target_not_found',
  'link_not_found',
  'window_not_found',
  'effect_not_found',
  'pause_not_found',
  'condition_not_found',
  'worker_not_found',
  'key_not_found',
  'route_not_found',
  'already_exists',
  'thread_busy',
  'thread_paused',
  'invalid_transition',
  'approval_already_decided',
  'approval_outdated',
  'preflight_failed',
  'token_used',
  'scope_paused',
  'stop_not_found',
  'stopped',
  'queue_full',
  'draining',
  'graph_load_failed',
  'worker_unavailable',
  'embeddings_unavailable',
  'storage_unavailable',
  'storage_full',
  'not_supported',
  'internal',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** Why a run failed. Data on the run, never an HTTP status. */
export const RUN_FAILURES = [
  'graph_error',
  'graph_load_failed',
  'recursion_limit',
  'attempts_exhausted',
  'serialization_failed',
  'storage_failed',
  'timeout',
] as const;

export type RunFailureReason = (typeof RUN_FAILURES)[number];

/** A run's failure: `error` is the thrown error's name, as the LangGraph wire shows it in `event: error`. */
export interface RunFailure {
  reason: RunFailureReason;
  error: string;
  message: string;
}

/** An error with a public code. `details` is shown to the caller as `metadata`; `cause` never is. */
export class HoldpointError extends Error {
  readonly code: ErrorCode;
  readonly details: Record<string, unknown>;

  constructor(
    code: ErrorCode,
    message: string,
    options?: { details?: Record<string, unknown>; cause?: unknown },
  ) {
    super(message, options?.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'HoldpointError';
    this.code = code;
    this.details = options?.details ?? {};
  }
}

/** Of a place very deep down its beginning is enough. */
const MAX_PATH = 200;

/** A value that no checkpoint can hold. `path` names where it is, from the value that was given (`messages[2].content`). */
export class UnstorableValueError extends Error {
  readonly path: string;

  constructor(path: string, problem: string) {
    const shown = path.length > MAX_PATH ? `${path.slice(0, MAX_PATH)}…` : path;
    super(`${path === '' ? 'the value' : shown} ${problem}`);
    this.name = 'UnstorableValueError';
    this.path = path;
  }
}

/** The thread has a newer owner: whoever sees this must stop writing at once. */
export class LeaseLostError extends Error {
  constructor(threadId: string) {
    super(`another owner holds thread ${threadId}`);
    this.name = 'LeaseLostError';
  }
}

const UNAVAILABLE = Symbol('storage unavailable');

/** Marks what our own storage says while it cannot be used: it is not the fault of whoever asked, and will pass. */
export const markUnavailable = (error: unknown): void => {
  if (error instanceof Error) Object.defineProperty(error, UNAVAILABLE, { value: true, configurable: true });
};

/** Whether our own storage could not be used, however deep that lies in an error. */
export const isUnavailable = (error: unknown): boolean =>
  [...errorsIn(error)].some((each) => UNAVAILABLE in each);

/** An error, what caused it, and what it gathers; a graph may throw one that is its own cause. */
const errorsIn = (error: unknown, found = new Set<Error>()): Set<Error> => {
  if (!(error instanceof Error) || found.has(error)) return found;
  found.add(error);
  errorsIn(error.cause, found);
  if (error instanceof AggregateError) for (const each of error.errors) errorsIn(each, found);
  return found;
};

/** Whether an error has a public code. */
export const isHoldpointError = (error: unknown): error is HoldpointError => error instanceof HoldpointError;
