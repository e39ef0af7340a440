import { z } from 'zod';
import { activityRoutes } from './control/activity.ts';
import { agentRoutes } from './control/agent.ts';
import { a2aRoutes } from './a2a/routes.ts';
import type { A2aDeps } from './a2a/deps.ts';
import { approvalRoutes } from './control/approvals.ts';
import { changeRoutes } from './control/changes.ts';
import type { ControlDeps } from './control/deps.ts';
import type { McpDeps } from './mcp/deps.ts';
import { mcpRoutes } from './mcp/routes.ts';
import { effectRoutes } from './control/effects.ts';
import { stopRoutes } from './control/emergency-stops.ts';
import { limitRoutes } from './control/limits.ts';
import { notificationRoutes } from './control/notifications.ts';
import { outboundRoutes } from './control/outbound.ts';
import { overviewRoutes } from './control/overview.ts';
import { sessionLogRoutes } from './control/session-log.ts';
import { stickyRoutes } from './control/sticky-decisions.ts';
import { pauseConditionRoutes } from './control/pause-conditions.ts';
import { pauseWindowRoutes } from './control/pause-windows.ts';
import { pauseRoutes } from './control/pauses.ts';
import { scopePauseRoutes } from './control/scope-pauses.ts';
import { triggerRoutes } from './control/triggers.ts';
import { waitingRoutes } from './control/waiting.ts';
import { workerRoutes } from './control/workers.ts';
import { documentRoutes } from './document.ts';
import { assistantRoutes } from './platform/assistants.ts';
import { cronRoutes } from './platform/crons.ts';
import { cancelRunsRoutes } from './platform/cancel-runs.ts';
import type { PlatformDeps } from './platform/deps.ts';
import { metaRoutes, type Dependencies } from './platform/meta.ts';
import { runRoutes } from './platform/runs.ts';
import { stateRoutes } from './platform/state.ts';
import { statelessRoutes } from './platform/stateless.ts';
import { storeRoutes } from './platform/store.ts';
import { threadRoutes } from './platform/threads.ts';
import { uiRoutes } from './platform/ui.ts';
import type { ThreadStreams } from './protocol/deps.ts';
import { protocolRoutes } from './protocol/routes.ts';
import { threadStreamRoutes } from './protocol/thread-stream.ts';
import type { Metrics } from '../telemetry/metrics.ts';
import { route, type Route } from './route.ts';

interface RoutesDeps {
  platform: PlatformDeps;
  control: ControlDeps;
  streams: ThreadStreams;
  agents: A2aDeps & McpDeps;
  /** How what the server needs is. Throws when its database does not answer. */
  dependencies: () => Promise<Dependencies>;
  metrics: Pick<Metrics, 'text' | 'json'>;
  version: string;
}

/** Every endpoint of the server. */
export const allRoutes = (deps: RoutesDeps): Route[] => {
  const { platform, control, streams, agents, dependencies, metrics, version } = deps;
  const routes = [
    ...metaRoutes(platform, dependencies),
    ...assistantRoutes(platform),
    ...threadRoutes(platform),
    ...stateRoutes(platform),
    ...cronRoutes(platform), // before runs, whose ids would match too
    ...statelessRoutes(platform),
    ...cancelRunsRoutes(platform),
    ...runRoutes(platform),
    ...agentRoutes(control.agent),
    ...approvalRoutes(control),
    ...stickyRoutes(control),
    ...sessionLogRoutes(control),
    ...pauseRoutes(control.pauses),
    ...waitingRoutes(control),
    ...scopePauseRoutes(control.triggers),
    ...triggerRoutes(control.triggers),
    ...pauseWindowRoutes(control.triggers),
    ...stopRoutes(control),
    ...effectRoutes(control),
    ...workerRoutes(control.workers),
    ...pauseConditionRoutes(control),
    ...limitRoutes(control),
    ...threadStreamRoutes({ ...platform, streams }),
    ...protocolRoutes({ ...platform, streams }),
    ...a2aRoutes(agents),
    ...mcpRoutes(agents),
    ...notificationRoutes(control),
    ...outboundRoutes(control),
    ...overviewRoutes(control),
    ...activityRoutes(control),
    ...changeRoutes(control),
    ...storeRoutes(platform),
    ...uiRoutes(platform),
    metricsRoute(metrics),
  ];
  return [...documentRoutes(routes, version), ...routes];
};

const metricsRoute = ({ text, json }: RoutesDeps['metrics']): Route =>
  route({
    method: 'get',
    path: '/metrics',
    scope: 'read',
    tag: 'meta',
    summary: 'Counters for Prometheus; with format=json the same as JSON',
    query: z.looseObject({ format: z.enum(['prometheus', 'json']).default('prometheus') }),
    produces: 'text/plain; version=0.0.4',
    handle: async ({ query }) => (query.format === 'json' ? json() : text()),
  });
