import { reaper, modelConfigured, needsDatabase, readProject } from './composition/start.ts';
import { isShared, openStorage } from './composition/storage.ts';
import { drainDeadlines } from './composition/pauses.ts';
import { stopSweep } from './composition/stops.ts';
import { lifecycleSettings } from './composition/lifecycle-settings.ts';
import { openTelemetry } from './composition/telemetry.ts';
import { lookingAgain, startNode } from './composition/workers.ts';
import type { Settings } from './config/settings.ts';
import { createGraphRegistry } from './engine/graph-registry.ts';
import { newUuid, type LifecycleDeps } from './lifecycle/deps.ts';
import { startRehearsalModel } from './rehearsal/index.ts';
import { createLogger } from './telemetry/logger.ts';
import { secretsIn } from './telemetry/redact.ts';
import { Scheduler } from './worker/scheduler.ts';

export interface WorkerNodeOptions {
  settings: Settings;
  /** The module a worker process runs; tests put their own in front. */
  workerEntry?: string;
}

export interface RunningWorkerNode {
  graphs: string[];
  /** Resolves once a worker takes runs. */
  ready: Promise<void>;
  /** Takes nothing new, brings what runs to the end of its step, hands it to others and ends. */
  close(): Promise<void>;
}

/**
 * Starts workers without an API: as many as the settings say, on the database that the API uses too. Waits for its
 * schema, opens no port, and needs no data folder.
 * @throws {HoldpointError} when no database is set, or it is newer than this version of the code.
 */
export const startWorkerNode = async ({
  settings: given,
  workerEntry,
}: WorkerNodeOptions): Promise<RunningWorkerNode> => {
  if (!isShared(given)) throw needsDatabase('holdpoint worker');
  const settings: Settings = { ...given, role: 'all' };
  const langgraph = readProject(settings.config); // with what it adds to the environment, of which the log keeps secrets
  const log = createLogger(settings.logLevel, { process: 'worker node' }, secretsIn(process.env));
  const storage = await openStorage({
    settings,
    link: { send: () => {}, receive: () => {} },
    migrate: false,
    follows: false,
    onError: (error) => log.error({ err: error }, 'storage, queue or signals'),
  });
  const { clock } = storage;
  const telemetry = await openTelemetry({ storage, log, process: 'worker node' });
  const lifecycle: LifecycleDeps = {
    storage,
    clock,
    newId: newUuid,
    at: () => {},
    settings: lifecycleSettings(settings),
    log,
    tally: telemetry.tally,
  };
  const graphs = createGraphRegistry(langgraph.graphs);
  const rehearsal = modelConfigured() ? undefined : await startRehearsalModel();
  const node = startNode({
    entry: workerEntry,
    graphs: () => langgraph.graphs,
    store: langgraph.store,
    modelUrl: rehearsal?.url,
    onSignal: () => {},
    lifecycle,
    reapRuns: reaper(lifecycle, graphs),
    settings,
    log,
  });
  node.open(settings.apiUrl || null);
  const { workers, works } = node;
  const due = [...works, drainDeadlines(lifecycle, workers), stopSweep(lifecycle, workers)];
  const scheduler = new Scheduler({ works: due, clock, log, ...lookingAgain(storage) });
  return {
    graphs: Object.keys(langgraph.graphs),
    ready: node.ready(),
    close: async () => {
      await scheduler.close();
      await node.stop(settings.drainTimeoutMs);
      await rehearsal?.close();
      await telemetry.close();
      await storage.close();
    },
  };
};
