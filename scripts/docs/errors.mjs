import { code, table } from './markdown.mjs';

/** What each code means to the caller. A code without its line here fails, and a line without its code. */
const MEANING = {
  invalid_request:
    'A field is missing, malformed or out of range. `metadata.field` names it where one is to blame.',
  idempotency_key_reused:
    'The idempotency key was used for another request. `metadata.field` says where it was given.',
  payload_too_large: 'The body is larger than `HOLDPOINT_BODY_LIMIT_BYTES`.',
  unauthenticated:
    'No API key, or one that is unknown, revoked or expired; or the authentication of the project (`auth.path`) does not know who asks; or the call carries no signature, or not that of the secret.',
  forbidden:
    'Who asks may not do this: by the scopes of the API key (`metadata.scope` is the one that is missing), or by the rules of the project (`auth.path`).',
  origin_refused: 'A web page of this origin may not call the server: add it to `HOLDPOINT_ORIGINS`.',
  host_refused: 'The server is not known by the name it was called by: add it to `HOLDPOINT_HOSTS`.',
  rate_limited:
    'Too many requests a minute from one address (`HOLDPOINT_RATE_LIMIT`), or too many requests and streams open at a time (`HOLDPOINT_OPEN_PER_CLIENT`).',
  assistant_not_found: 'No assistant and no graph has this id.',
  graph_not_found: 'The graph is not in `langgraph.json`, or not any more.',
  thread_not_found: 'No thread has this id.',
  run_not_found: 'No run of this thread has this id.',
  cron_not_found: 'No cron has this id.',
  checkpoint_not_found: 'The thread has no such checkpoint.',
  pause_not_found: 'The thread is neither draining nor paused.',
  condition_not_found: 'The assistant has no pause conditions.',
  worker_not_found: 'No worker process has this id (any more).',
  key_not_found: 'No API key in force has this id or name.',
  outbound_not_found: 'No outgoing message has this id.',
  trigger_not_found: 'No pause has this resume token.',
  target_not_found: 'Nobody who is told of things has this id.',
  link_not_found: 'A link that this server has not made, or that is too old.',
  window_not_found: 'No pause window has this id.',
  effect_not_found: 'The thread has no effect of this key.',
  route_not_found: 'There is no such endpoint.',
  already_exists: 'The id is taken.',
  thread_busy: 'A run is under way and `multitask_strategy` is `reject`. 422, as LangGraph servers answer.',
  thread_paused:
    'The thread is paused or stopped and takes no new run before that one is resumed or cancelled.',
  invalid_transition: 'What was asked is not possible in the current state, which `metadata` names.',
  approval_not_found: 'There is no such question, or remembered decision.',
  approval_already_decided: 'The question was answered before; `metadata` says by whom and when.',
  stop_not_found: 'There is no such emergency stop.',
  stopped: 'An emergency stop covers this. Release it first; `metadata` says which.',
  approval_outdated: 'The question is asked no longer, or has another payload than the one decided on.',
  preflight_failed:
    'A check before the resume failed; nothing was changed. `metadata.checks` has each with its status and detail.',
  token_used: 'The resume token was used, or its pause is over.',
  scope_paused:
    'A paused scope refuses new runs, or the assistant it redirects them to is gone. `metadata.pause_id` names the pause.',
  queue_full: 'So many runs wait for a worker as `HOLDPOINT_QUEUE_LIMIT` allows.',
  draining: 'The server is shutting down.',
  graph_load_failed: "The graph's module cannot be imported, or its export is no graph.",
  worker_unavailable: 'No worker is ready, or it has not answered in time.',
  embeddings_unavailable:
    'The model that `store.index` names cannot be asked, or its vectors have other dimensions. Nothing was written.',
  storage_unavailable: 'The database cannot be written right now, or another server uses the data folder.',
  storage_full: 'The disk is full. Nothing was changed.',
  not_supported: 'The LangGraph wire knows this; this server does not serve it yet.',
  internal: 'A bug. The message is hidden; the log has it under `metadata.request_id`.',
};

const FAILURE_MEANING = {
  graph_error: "The graph's own code threw.",
  graph_load_failed: "The graph's module cannot be imported, or its export is no graph.",
  recursion_limit: 'The graph took more supersteps than `recursion_limit` allows.',
  attempts_exhausted: 'The worker died `HOLDPOINT_MAX_ATTEMPTS` times in a row without progress of this run.',
  serialization_failed: 'A step produced a value no checkpoint can hold. The message names the path.',
  storage_failed: 'The checkpoint, or the end of the run, could not be written.',
  timeout: 'The run took longer than `HOLDPOINT_RUN_TIMEOUT_MS`. Its values are those of its last step.',
};

const described = (members, meaning) => {
  const missing = members.filter((member) => !(member in meaning));
  const unknown = Object.keys(meaning).filter((member) => !members.includes(member));
  if (missing.length + unknown.length === 0) return;
  throw new Error(
    `scripts/docs/errors.mjs: without a meaning: ${missing.join()}; without a code: ${unknown.join()}`,
  );
};

export const errorsPage = async () => {
  const { ERROR_CODES, HoldpointError, RUN_FAILURES } = await import('../../src/model/errors.ts');
  const { errorHeaders, HTTP_STATUS } = await import('../../src/http/error-map.ts');
  described(ERROR_CODES, MEANING);
  described(RUN_FAILURES, FAILURE_MEANING);
  const retryAfter = (name) => errorHeaders(new HoldpointError(name, ''))['Retry-After'] ?? '';
  return `# Errors

Every error has the same body, with the \`code\` as the part to program against. Codes are never renamed; messages may change.

\`\`\`json
{ "code": "thread_not_found", "message": "Thread with ID … not found", "metadata": { "thread_id": "…" }, "detail": "Thread with ID … not found" }
\`\`\`

\`detail\` repeats \`message\` for clients of the Python server. \`metadata\` differs by code.

${table(
  ['Code', 'Status', 'Retry-After (s)', 'Meaning'],
  ERROR_CODES.map((name) => [code(name), HTTP_STATUS[name], retryAfter(name), MEANING[name]]),
)}

## Failures of a run

A run that fails is not an HTTP error. Its stream ends with an \`error\` event, and \`wait\` and \`join\` answer 200 with
\`{"__error__": {"error", "message"}}\`, as on every LangGraph server. The reason is in the \`failure\` of the run, with the
first 20,000 characters of the message:

${table(
  ['Reason', 'Meaning'],
  RUN_FAILURES.map((reason) => [code(reason), FAILURE_MEANING[reason]]),
)}
`;
};
