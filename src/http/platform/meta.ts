import { z } from 'zod';
import { route, type Route } from '../route.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'meta';

/**
 * The version of LangGraph's own JavaScript server whose wire this server follows. Clients choose by it what
 * they may ask; LangGraph Studio refuses versions before 0.4.
 */
const AGENT_SERVER_VERSION = '1.4.6';

export const metaRoutes = (
  { version, langgraphVersion, langsmith }: PlatformDeps,
  ping: () => Promise<void>,
): Route[] => [
  route({
    method: 'get',
    path: '/ok',
    scope: 'open',
    tag,
    summary: 'Whether the server answers; with check_db=1, whether its database does',
    query: z.looseObject({ check_db: z.string().optional() }),
    response: z.object({ ok: z.literal(true) }),
    handle: async ({ query }) => {
      if (query.check_db === '1' || query.check_db === 'true') await ping();
      return { ok: true };
    },
  }),
  route({
    method: 'get',
    path: '/info',
    scope: 'open',
    tag,
    summary: 'What this server is',
    response: z.looseObject({ version: z.string(), holdpoint_version: z.string() }),
    handle: () => ({
      version: AGENT_SERVER_VERSION,
      holdpoint_version: version,
      langgraph_js_version: langgraphVersion,
      context: 'js',
      flags: {
        assistants: true,
        crons: true,
        langsmith,
        langsmith_tracing_replicas: false,
        langsmith_tracing_session_on_runs: langsmith,
      },
      host: { kind: 'self-hosted' },
    }),
  }),
];
