import openapiTS, { astToString } from 'openapi-typescript';
import { document } from './http-api.mjs';

/** What the console asks of the API. A call of anything else does not compile until it is named here. */
const USED = [
  '/info',
  '/overview',
  '/overview/threads',
  '/activity',
  '/approvals',
  '/approvals/{approval_id}',
  '/approvals/{approval_id}/decision',
  '/sticky-decisions',
  '/sticky-decisions/{sticky_id}',
  '/assistants',
  '/assistants/search',
  '/assistants/{assistant_id}',
  '/assistants/{assistant_id}/graph',
  '/assistants/{assistant_id}/schemas',
  '/assistants/{assistant_id}/versions',
  '/assistants/{assistant_id}/latest',
  '/threads',
  '/threads/search',
  '/threads/{thread_id}',
  '/threads/{thread_id}/copy',
  '/threads/{thread_id}/state',
  '/threads/{thread_id}/state/{checkpoint_id}',
  '/threads/{thread_id}/history',
  '/threads/{thread_id}/log',
  '/threads/{thread_id}/effects',
  '/threads/{thread_id}/effects/{effect_key}/resolution',
  '/threads/{thread_id}/pause',
  '/threads/{thread_id}/pauses',
  '/threads/{thread_id}/resume',
  '/threads/{thread_id}/resume/preflight',
  '/threads/{thread_id}/storage',
  '/threads/{thread_id}/runs',
  '/threads/{thread_id}/runs/{run_id}',
  '/threads/{thread_id}/runs/{run_id}/cancel',
  '/pauses',
  '/pauses/{pause_id}',
  '/pauses/{pause_id}/resume',
  '/emergency-stops',
  '/emergency-stops/{stop_id}',
  '/emergency-stops/{stop_id}/release',
  '/waiting-threads',
  '/pause-windows',
  '/pause-windows/preview',
  '/pause-windows/{window_id}',
  '/pause-windows/{window_id}/occurrences',
  '/workers',
  '/workers/{worker_id}/drain',
];

const mapValues = (object, change) =>
  Object.fromEntries(Object.entries(object).map(([key, value]) => [key, change(value)]));

/** Errors are the same everywhere, and read as such; operations are called by their path. */
const withoutErrors = ({
  operationId: _id,
  responses: { default: _errors, ...responses },
  ...operation
}) => ({
  ...operation,
  responses,
});

/** The console's types of the API, from our own document. */
export const consoleApi = async () => {
  const { paths, ...rest } = await document();
  const used = Object.fromEntries(
    Object.entries(paths)
      .filter(([path]) => USED.includes(path))
      .map(([path, methods]) => [path, mapValues(methods, withoutErrors)]),
  );
  const types = astToString(await openapiTS({ ...rest, paths: used }, { alphabetize: false }));
  return `// Written by scripts/docs.mjs from the routes of the server: "npm run docs".\n\n${types}`;
};
