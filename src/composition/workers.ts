import { fileURLToPath } from 'node:url';
import type { StoreConfig } from '../config/langgraph-config.ts';
import type { Settings } from '../config/settings.ts';
import type { GraphSource } from '../engine/graph-registry.ts';
import { newUuid, type LifecycleDeps } from '../lifecycle/deps.ts';
import { createReapExpired } from '../lifecycle/reap-expired.ts';
import type { ReapInput } from '../lifecycle/reap-runs.ts';
import { createRenewLeases } from '../lifecycle/renew-leases.ts';
import { recyclingReason } from '../model/worker.ts';
import type { Storage } from '../storage/ports.ts';
import type { Logger } from '../telemetry/logger.ts';
import { WorkerPool, type PoolOptions } from '../worker/pool.ts';
import { every, type DueWork } from '../worker/scheduler.ts';
import { sharedWorkers } from '../worker/shared-workers.ts';
import { Supervisor } from '../worker/supervisor.ts';
import { localWorkers, type Workers } from '../worker/workers.ts';
import { splitSettings } from './storage.ts';
import { workerKind } from './worker-kind.ts';

export interface NodeParts {
  /** The module a worker process runs; the default is our own. */
  entry?: string | undefined;
  /** Asked each time a worker starts. */
  graphs: () => Record<string, GraphSource>;
  store: StoreConfig;
  /** Where the rehearsal model listens, when no model is configured. */
  modelUrl?: string | undefined;
  onSignal: PoolOptions['onSignal'];
  lifecycle: LifecycleDeps;
  reapRuns: (input: ReapInput) => Promise<number>;
  settings: Settings;
  log: Logger;
}

/** The workers of this process, and what it has to do for those of all. */
export interface WorkerNode {
  workers: Workers;
  pool: WorkerPool | undefined;
  works: DueWork[];
  /** Resolves once a worker of this process takes runs. */
  ready(): Promise<void>;
  /** Tells the workers of this process where the API listens; null: that nobody will say. */
  open(url: string | null): void;
  /** Lets them drain for so long, and waits until all are gone and what they held was taken back. */
  stop(drainTimeoutMs: number): Promise<void>;
}

/** Starts the worker processes of this one, if it has any, and watches over them. */
export const startNode = (parts: NodeParts): WorkerNode => {
  const { settings, lifecycle } = parts;
  const nodeId = newUuid();
  let supervisor: Supervisor | undefined;
  const onReady = (): void => void supervisor?.renew();
  const pool = settings.role === 'api' ? undefined : startPool(parts, { nodeId, onReady });
  const base = { pool, open: (url: string | null) => pool?.open(url), ready: async () => pool?.ready() };
  if (lifecycle.storage.capabilities.singleServer) {
    if (!pool) throw new Error('a server alone on its storage has workers');
    return { ...base, workers: localWorkers(pool), works: [], stop: (timeoutMs) => pool.stop(timeoutMs) };
  }
  supervisor = pool && supervise(parts, { nodeId, pool });
  return {
    ...base,
    workers: sharedWorkers({ ...lifecycle, pool }),
    works: sharedWorks(parts),
    stop: async (timeoutMs) => {
      await pool?.stop(timeoutMs);
      await supervisor?.close();
    },
  };
};

const supervise = (
  { lifecycle, settings, log }: NodeParts,
  { nodeId, pool }: { nodeId: string; pool: WorkerPool },
): Supervisor =>
  new Supervisor({
    nodeId,
    pool,
    storage: lifecycle.storage,
    clock: lifecycle.clock,
    renewLeases: createRenewLeases(lifecycle),
    renewMs: settings.renewMs,
    log,
  });

/** Where many nodes ask one database, and it carries the signals: none is lost while it is connected. */
const SHARED_LOOK_MS = 5000;

/** How often what comes due is looked for although no signal came. */
export const lookingAgain = ({ capabilities }: Pick<Storage, 'capabilities'>): { lookAgainMs?: number } =>
  capabilities.singleServer ? {} : { lookAgainMs: SHARED_LOOK_MS };

const REAP_EVERY_MS = 1000;
const FORGET_EVERY_MS = 30_000;

/** What every node does for all: whoever is there takes back what others have lost. */
const sharedWorks = ({ lifecycle, reapRuns, settings }: NodeParts): DueWork[] => {
  const { storage, clock } = lifecycle;
  const graceMs = settings.renewMs * 1.5;
  const reapExpired = createReapExpired({ storage, clock, reapRuns, graceMs });
  return [
    every(REAP_EVERY_MS, 'take back what lost workers held', reapExpired),
    every(FORGET_EVERY_MS, 'forget lost workers', () =>
      storage.transaction(async (ledger) => {
        await ledger.workers.removeExpired(clock.now());
        await ledger.calls.prune(clock.now());
      }),
    ),
  ];
};

/** Each worker process gets the settings, the graphs and the environment of this one, without the secrets that it does not need. */
const startPool = (
  { entry, graphs, store, modelUrl, onSignal, reapRuns, lifecycle, settings, log }: NodeParts,
  { nodeId, onReady }: { nodeId: string; onReady: () => void },
): WorkerPool => {
  const { open, env } = splitSettings(settings, process.env);
  const { storage } = lifecycle;
  return new WorkerPool({
    entry: entry ?? fileURLToPath(import.meta.resolve('../worker-entry.js')),
    options: (id) => ({ id, nodeId, settings: open, graphs: graphs(), store }),
    env: {
      ...env,
      ...(modelUrl !== undefined && { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'rehearsal' }),
    },
    kind: workerKind(settings),
    size: settings.workers,
    blockedMs: settings.workerBlockedMs,
    newId: newUuid,
    recycle: recycling(settings),
    onSignal,
    onReady,
    onGone: async ({ workerId, culprit, reason }) => {
      await reapRuns({ held: { owner: workerId }, culprit, reason });
      if (!storage.capabilities.singleServer)
        await storage.transaction((ledger) => ledger.workers.remove(workerId));
    },
    log,
  });
};

const MIB = 2 ** 20;

const recycling = (settings: Settings): PoolOptions['recycle'] => {
  const { workerMaxRuns: runs, workerMaxAgeMs: ageMs, workerMaxMemoryMib: memoryMib } = settings;
  const bounds = { runs, ageMs, memoryBytes: memoryMib * MIB };
  return {
    reason: (worker) => recyclingReason(worker, { bounds, nowMs: Date.now() }),
    drainMs: settings.workerRecycleDrainMs,
  };
};
