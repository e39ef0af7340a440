import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { readLanggraphConfig } from './config/langgraph-config.ts';
import type { Settings } from './config/settings.ts';
import { langgraphVersion, version } from './config/version.ts';
import type { CheckpointCoordinates } from './engine/debug-payload.ts';
import { createGraphRegistry, type GraphRegistry } from './engine/graph-registry.ts';
import { readThreadNow } from './engine/thread-now.ts';
import { createApp } from './http/app.ts';
import type { PlatformDeps } from './http/platform/deps.ts';
import { allRoutes } from './http/routes.ts';
import { createCancelRun } from './lifecycle/cancel-run.ts';
import { createDeleteRun } from './lifecycle/delete-run.ts';
import { createDeleteThread, createFinishDeletions } from './lifecycle/delete-thread.ts';
import { newUuid, type LifecycleDeps } from './lifecycle/deps.ts';
import { createLaunchRun } from './lifecycle/launch-run.ts';
import { createAwaitRun, createFollowRun, createGetRun } from './lifecycle/observe-run.ts';
import { createPruneEvents } from './lifecycle/prune-events.ts';
import { createReapRuns } from './lifecycle/reap-runs.ts';
import { createRunResult } from './lifecycle/run-result.ts';
import { systemClock } from './model/clock.ts';
import { HoldpointError } from './model/errors.ts';
import { startRehearsalModel } from './rehearsal/index.ts';
import { createAssistants } from './resources/assistants.ts';
import { createThreadStates } from './resources/thread-states.ts';
import { createThreads } from './resources/threads.ts';
import { lockDataFolder } from './storage/embedded/data-lock.ts';
import { openEmbeddedStorage } from './storage/embedded/open.ts';
import type { Signal } from './storage/ports.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { lifecycleSettings } from './worker-process.ts';
import { WorkerPool } from './worker/pool.ts';

export interface ServerOptions {
  settings: Settings;
  /** Injected at the named crash points; tests use it. */
  at?: LifecycleDeps['at'];
  /** The module a worker process runs; tests put their own in front. */
  workerEntry?: string;
}

export interface RunningServer {
  url: string;
  graphs: string[];
  /** What the agents talk to: a model server, or the rehearsal model when nothing is configured. */
  model: 'configured' | 'rehearsal';
  /** Stops in order: no new requests, workers drain, connections end, databases close. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;
/** Longer than clients keep idle connections: one closed from here just as a request comes fails that request. */
const KEEP_ALIVE_MS = 75_000;

/**
 * Starts the server: takes the data folder, brings the database up to date, takes back what a former server
 * left running, starts the workers and listens. The API process never runs a graph's nodes.
 * @throws {HoldpointError} when the folder is in use, a setting or langgraph.json is wrong, or the port is taken.
 */
export const startServer = async ({
  settings,
  at = () => {},
  workerEntry,
}: ServerOptions): Promise<RunningServer> => {
  refuseOpenHost(settings.host);
  const log = createLogger(settings.logLevel, { process: 'api' });
  const langgraph = readLanggraphConfig(settings.config);
  for (const [name, value] of Object.entries(langgraph.env)) process.env[name] ??= value;
  mkdirSync(settings.dataDir, { recursive: true });
  const lock = lockDataFolder(settings.dataDir);
  const hub = createSignalHub();
  const { dataDir, synchronous } = settings;
  const storage = await openEmbeddedStorage({ dataDir, synchronous, link: hub.link });
  const lifecycle: LifecycleDeps = {
    storage,
    clock: systemClock,
    newId: newUuid,
    at,
    settings: lifecycleSettings(settings),
  };
  const graphs = createGraphRegistry(langgraph.graphs);
  const assistants = createAssistants({ storage, graphs, clock: systemClock });
  const reapRuns = await takeOver(lifecycle, graphs);
  await assistants.ensureSystem();
  const rehearsal = modelConfigured() ? undefined : await startRehearsalModel();
  const workers = new WorkerPool({
    entry: workerEntry ?? fileURLToPath(import.meta.resolve('./worker-entry.js')),
    options: (id) => ({ id, settings, graphs: langgraph.graphs }),
    env: {
      ...process.env,
      ...(rehearsal && { OPENAI_BASE_URL: rehearsal.url, OPENAI_API_KEY: 'rehearsal' }),
    },
    size: settings.workers,
    blockedMs: settings.workerBlockedMs,
    newId: newUuid,
    onSignal: hub.deliver,
    onGone: async ({ workerId, culprit, reason }) => {
      await reapRuns({ held: { owner: workerId }, culprit, reason });
    },
    log,
  });
  hub.connect((signal) => workers.broadcast(signal));
  const pruning = pruneRegularly(lifecycle, log);
  const { server, url } = await startHttp({ lifecycle, assistants, graphs, workers, settings, log });
  return {
    url,
    graphs: graphs.ids(),
    model: rehearsal ? 'rehearsal' : 'configured',
    close: async () => {
      server.close();
      clearInterval(pruning);
      await workers.stop(settings.drainTimeoutMs);
      server.closeAllConnections();
      await rehearsal?.close();
      await storage.close();
      lock.release();
    },
  };
};

/** Passes signals between this process and its workers, which start after the storage that listens. */
const createSignalHub = () => {
  const listeners = new Set<(signal: Signal) => void>();
  let send = (_signal: Signal): void => {};
  return {
    link: {
      send: (signal: Signal) => send(signal),
      receive: (listener: (signal: Signal) => void) => void listeners.add(listener),
    },
    deliver: (signal: Signal) => listeners.forEach((listener) => listener(signal)),
    connect: (to: (signal: Signal) => void) => {
      send = to;
    },
  };
};

/** Finishes what a former server left half done. Answers how to take back what a worker held. */
const takeOver = async (lifecycle: LifecycleDeps, graphs: GraphRegistry) => {
  const { reader } = lifecycle.storage.checkpoints;
  const reapRuns = createReapRuns({
    ...lifecycle,
    readThread: async ({ threadId, graphId }) => readThreadNow(await graphs.load(graphId), reader, threadId),
  });
  await createFinishDeletions(lifecycle)();
  await reapRuns({
    held: { expiredBefore: Number.MAX_SAFE_INTEGER },
    reason: 'the server stopped without draining',
  });
  return reapRuns;
};

const pruneRegularly = (lifecycle: LifecycleDeps, log: Logger): NodeJS.Timeout => {
  const pruneEvents = createPruneEvents(lifecycle);
  const failed = (error: unknown): void => log.error({ err: error }, 'events cannot be pruned');
  return setInterval(() => void pruneEvents().catch(failed), PRUNE_EVERY_MS);
};

const startHttp = async ({
  log,
  ...parts
}: PlatformParts & { log: Logger }): Promise<{ server: Server; url: string }> => {
  const { lifecycle, workers, settings } = parts;
  const { storage } = lifecycle;
  const metrics = createMetrics({
    countRuns: () => storage.runs.countByState(),
    workers: () => workers.list(),
  });
  const routes = allRoutes({
    platform: platformDeps(parts),
    ping: () => storage.ping(),
    metricsText: () => metrics.text(),
    version,
  });
  const { origins, bodyLimitBytes } = settings;
  const app = createApp({ routes, origins, bodyLimitBytes, log, metrics });
  const answer = app.callback();
  const server = createServer((request, response) => void answer(request, response));
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  return { server, url: await listen(server, settings) };
};

interface PlatformParts {
  lifecycle: LifecycleDeps;
  assistants: PlatformDeps['assistants'];
  graphs: GraphRegistry;
  workers: WorkerPool;
  settings: Settings;
}

/** The use-cases of the LangGraph wire, made by hand. */
const platformDeps = ({ lifecycle, assistants, graphs, workers, settings }: PlatformParts): PlatformDeps => {
  const { storage, clock, newId } = lifecycle;
  const getRun = createGetRun(lifecycle);
  const awaitRun = createAwaitRun(lifecycle);
  const cancelRun = createCancelRun(lifecycle);
  return {
    assistants,
    threads: createThreads({ storage, clock, newId }),
    states: createThreadStates({ storage, graphs }),
    launchRun: createLaunchRun({ ...lifecycle, findAssistant: (id) => assistants.find(id) }),
    getRun,
    listRuns: (query) => storage.runs.list(query),
    awaitRun,
    followRun: createFollowRun(lifecycle),
    runResult: createRunResult(lifecycle),
    cancelRun,
    deleteRun: createDeleteRun({ ...lifecycle, getRun, cancelRun, awaitRun }),
    deleteThread: createDeleteThread(lifecycle),
    updateState: async (update) =>
      (await workers.call('updateState', update, settings.callTimeoutMs)) as CheckpointCoordinates,
    heartbeatMs: settings.heartbeatMs,
    version,
    langgraphVersion,
  };
};

const modelConfigured = (): boolean =>
  Boolean(process.env['OPENAI_API_KEY'] || process.env['OPENAI_BASE_URL']);

const refuseOpenHost = (host: string): void => {
  if (['127.0.0.1', 'localhost', '::1'].includes(host)) return;
  throw new HoldpointError(
    'invalid_request',
    `HOLDPOINT_HOST=${host}: this server has no authentication yet, so it listens on loopback only (127.0.0.1). Put a proxy with authentication in front.`,
  );
};

/** How many ports after the default one are tried when it is taken. */
const PORTS_TRIED = 20;

/** Listens, on the next free port where the default one is taken. Answers the address. */
const listen = async (server: Server, { host, port }: Settings): Promise<string> => {
  const last = port === DEFAULT_PORT ? port + PORTS_TRIED : port;
  for (let candidate = port; ; candidate++) {
    try {
      server.listen(candidate, host);
      await once(server, 'listening');
      const { port: actual } = server.address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EADDRINUSE') throw error;
      if (candidate >= last) {
        throw new HoldpointError(
          'invalid_request',
          `Port ${candidate} is taken. Choose another with --port.`,
          { cause: error },
        );
      }
    }
  }
};

const DEFAULT_PORT = 2024;
