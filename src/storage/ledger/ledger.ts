import type { Ledger } from '../ports.ts';
import { createApiKeyStore } from './api-keys.ts';
import { createApprovalStore } from './approvals.ts';
import { createAssistantStore } from './assistants.ts';
import type { LedgerConnection } from './connection.ts';
import { createCronStore } from './crons.ts';
import { createExternalEventStore } from './external-events.ts';
import { createLimitStore } from './limits.ts';
import { createNoticeStore } from './notices.ts';
import { createTargetStore } from './notification-targets.ts';
import { createOutboundStore } from './outbound.ts';
import { createOverviewStore } from './overview.ts';
import { createWindowStore } from './pause-windows.ts';
import { createPauseStore } from './pauses.ts';
import { createPushConfigStore } from './push-configs.ts';
import { createConditionStore } from './resume-conditions.ts';
import { createFireStore } from './resume-fires.ts';
import { createRunStore } from './runs.ts';
import { createScopeStore } from './scope-pauses.ts';
import { createSessionLog } from './session-log.ts';
import { createStoreItems } from './store-items.ts';
import { createStickyDecisionStore } from './sticky-decisions.ts';
import { createStopStore } from './stops.ts';
import { createTallyStore } from './tallies.ts';
import { createThreadStore } from './threads.ts';
import { createWatchStore } from './watch.ts';
import { createWorkerCalls, createWorkerRegistry } from './workers.ts';

/** The ledger's stores on one connection, or in one transaction. */
export const createLedger = (connection: LedgerConnection): Ledger => ({
  connection,
  assistants: createAssistantStore(connection),
  threads: createThreadStore(connection),
  runs: createRunStore(connection),
  log: createSessionLog(connection),
  outbound: createOutboundStore(connection),
  notices: createNoticeStore(connection),
  targets: createTargetStore(connection),
  pushConfigs: createPushConfigStore(connection),
  items: createStoreItems(connection),
  crons: createCronStore(connection),
  approvals: createApprovalStore(connection),
  stops: createStopStore(connection),
  stickyDecisions: createStickyDecisionStore(connection),
  pauses: createPauseStore(connection),
  conditions: createConditionStore(connection),
  fires: createFireStore(connection),
  externalEvents: createExternalEventStore(connection),
  scopes: createScopeStore(connection),
  windows: createWindowStore(connection),
  watch: createWatchStore(connection),
  overview: createOverviewStore(connection),
  apiKeys: createApiKeyStore(connection),
  limits: createLimitStore(connection),
  tallies: createTallyStore(connection),
  workers: createWorkerRegistry(connection),
  calls: createWorkerCalls(connection),
});
