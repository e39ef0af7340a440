import { z } from 'zod';
import { route, type Route } from '../route.ts';
import type { PlatformDeps } from './deps.ts';

const tag = 'meta';

/**
 * The version of LangGraph's own JavaScript server whose wire this server follows. Clients choose by it what
 * they may ask; LangGraph Studio refuses versions before 0.4.
 */
const AGENT_SERVER_VERSION = '1.4.6';

const Health = z.enum(['ok', 'unreachable']);

const DependenciesView = z.object({
  database: z.literal('ok').meta({ description: 'When it does not answer, neither does this: 503' }),
  redis: Health.optional().meta({ description: 'Where one is set. Runs go on without it' }),
  workers: z.number().meta({ description: 'Worker processes that take runs' }),
});

/** How what the server needs is. */
export type Dependencies = z.infer<typeof DependenciesView>;

export const metaRoutes = (
  { version, langgraphVersion, langsmith }: PlatformDeps,
  dependencies: () => Promise<Dependencies>,
): Route[] => [
  route({
    method: 'get',
    path: '/ok',
    scope: 'open',
    tag,
    summary:
      'Whether the server answers; with check_db=1, whether its database does and how the rest of what it needs is',
    query: z.looseObject({ check_db: z.string().optional() }),
    response: z.object({ ok: z.literal(true), dependencies: DependenciesView.optional() }),
    handle: async ({ query }) => {
      if (query.check_db !== '1' && query.check_db !== 'true') return { ok: true as const };
      return { ok: true as const, dependencies: await dependencies() };
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
