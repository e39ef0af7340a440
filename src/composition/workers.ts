import { fileURLToPath } from 'node:url';
import type { StoreConfig } from '../config/langgraph-config.ts';
import type { Settings } from '../config/settings.ts';
import type { GraphSource } from '../engine/graph-registry.ts';
import { newUuid } from '../lifecycle/deps.ts';
import { recyclingReason } from '../model/worker.ts';
import type { Logger } from '../telemetry/logger.ts';
import { WorkerPool, type PoolOptions } from '../worker/pool.ts';

interface WorkerOptions extends Pick<PoolOptions, 'onSignal' | 'onGone'> {
  /** The module a worker process runs; the default is our own. */
  entry?: string;
  /** Asked each time a worker starts. */
  graphs: () => Record<string, GraphSource>;
  store: StoreConfig;
  /** Where the rehearsal model listens, when no model is configured. */
  modelUrl?: string;
  settings: Settings;
  log: Logger;
}

/** Starts the worker processes: each gets the settings, the graphs and the environment of the server. */
export const startWorkers = ({
  entry = fileURLToPath(import.meta.resolve('../worker-entry.js')),
  graphs,
  store,
  modelUrl,
  settings,
  ...rest
}: WorkerOptions): WorkerPool =>
  new WorkerPool({
    entry,
    // They are told on the command line, which others on the machine can read, and send nothing themselves.
    options: (id) => ({
      id,
      settings: { ...settings, webhookSecrets: [], hookSecrets: [], studioKeys: [] },
      graphs: graphs(),
      store,
    }),
    env: {
      ...process.env,
      ...(modelUrl !== undefined && { OPENAI_BASE_URL: modelUrl, OPENAI_API_KEY: 'rehearsal' }),
    },
    size: settings.workers,
    blockedMs: settings.workerBlockedMs,
    newId: newUuid,
    recycle: recycling(settings),
    ...rest,
  });

const MIB = 2 ** 20;

const recycling = (settings: Settings): PoolOptions['recycle'] => {
  const { workerMaxRuns: runs, workerMaxAgeMs: ageMs, workerMaxMemoryMib: memoryMib } = settings;
  const bounds = { runs, ageMs, memoryBytes: memoryMib * MIB };
  return {
    reason: (worker) => recyclingReason(worker, { bounds, nowMs: Date.now() }),
    drainMs: settings.workerRecycleDrainMs,
  };
};
