import type { ErrorCode, HoldpointError } from '../model/errors.ts';

/** The HTTP status of each code. */
export const HTTP_STATUS = {
  invalid_request: 422,
  idempotency_key_reused: 422,
  payload_too_large: 413,
  unauthenticated: 401,
  forbidden: 403,
  origin_refused: 403,
  host_refused: 403,
  rate_limited: 429,
  assistant_not_found: 404,
  graph_not_found: 404,
  thread_not_found: 404,
  run_not_found: 404,
  checkpoint_not_found: 404,
  cron_not_found: 404,
  outbound_not_found: 404,
  approval_not_found: 404,
  trigger_not_found: 404,
  target_not_found: 404,
  link_not_found: 404,
  window_not_found: 404,
  effect_not_found: 404,
  pause_not_found: 404,
  condition_not_found: 404,
  worker_not_found: 404,
  key_not_found: 404,
  route_not_found: 404,
  already_exists: 409,
  thread_busy: 422, // the platform wire's status for multitask_strategy "reject"
  thread_paused: 409,
  invalid_transition: 409,
  approval_already_decided: 409,
  approval_outdated: 409,
  preflight_failed: 412,
  token_used: 410,
  scope_paused: 503,
  stop_not_found: 404,
  stopped: 423,
  queue_full: 503,
  draining: 503,
  graph_load_failed: 503,
  worker_unavailable: 503,
  embeddings_unavailable: 503,
  storage_unavailable: 503,
  storage_full: 507,
  not_supported: 501,
  internal: 500,
} as const satisfies Record<ErrorCode, number>;

/** Seconds after which the same request may succeed. */
const RETRY_AFTER: Partial<Record<ErrorCode, number>> = {
  scope_paused: 30,
  rate_limited: 5,
  queue_full: 5,
  draining: 5,
  worker_unavailable: 1,
  embeddings_unavailable: 5,
  storage_unavailable: 1,
  storage_full: 30,
};

/** The body of every error: the Agent Protocol's shape, and `detail` for clients of the Python server. */
export const errorBody = ({ code, message, details }: HoldpointError): Record<string, unknown> => ({
  code,
  message,
  metadata: details,
  detail: message,
});

export const errorHeaders = ({ code }: HoldpointError): Record<string, string> => {
  if (code === 'unauthenticated') return { 'WWW-Authenticate': 'Bearer realm="holdpoint"' };
  const seconds = RETRY_AFTER[code];
  return seconds === undefined ? {} : { 'Retry-After': String(seconds) };
};
