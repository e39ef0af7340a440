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

type Stores = { [S in Exclude<keyof Ledger, 'connection'>]: (connection: LedgerConnection) => Ledger[S] };

const STORES: Stores = {
  assistants: createAssistantStore,
  threads: createThreadStore,
  runs: createRunStore,
  log: createSessionLog,
  outbound: createOutboundStore,
  notices: createNoticeStore,
  targets: createTargetStore,
  pushConfigs: createPushConfigStore,
  items: createStoreItems,
  crons: createCronStore,
  approvals: createApprovalStore,
  stops: createStopStore,
  stickyDecisions: createStickyDecisionStore,
  pauses: createPauseStore,
  conditions: createConditionStore,
  fires: createFireStore,
  externalEvents: createExternalEventStore,
  scopes: createScopeStore,
  windows: createWindowStore,
  watch: createWatchStore,
  overview: createOverviewStore,
  apiKeys: createApiKeyStore,
  limits: createLimitStore,
  tallies: createTallyStore,
  workers: createWorkerRegistry,
  calls: createWorkerCalls,
};

/** The ledger's stores on one connection. */
export const createLedger = (connection: LedgerConnection): Ledger => {
  const stores = Object.entries(STORES).map(([name, create]) => [name, create(connection)]);
  return { connection, ...(Object.fromEntries(stores) as Omit<Ledger, 'connection'>) };
};

/** The same in one transaction, each store made when it is first asked for: few are. */
export const ledgerIn = (transaction: LedgerConnection): Ledger =>
  new TransactionLedger(transaction) as unknown as Ledger;

class TransactionLedger {
  readonly connection: LedgerConnection;

  constructor(connection: LedgerConnection) {
    this.connection = connection;
  }
}

for (const [name, create] of Object.entries(STORES)) {
  Object.defineProperty(TransactionLedger.prototype, name, {
    get(this: TransactionLedger) {
      const value = create(this.connection);
      Object.defineProperty(this, name, { value });
      return value;
    },
  });
}
