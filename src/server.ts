import { CONSOLE_DIR } from './composition/console-dir.ts';
import { createControl } from './composition/control.ts';
import { openKeyRing } from './composition/keys.ts';
import { openGraphReads } from './composition/graph-reads.ts';
import { lifecycleSettings } from './composition/lifecycle-settings.ts';
import { listen } from './composition/listen.ts';
import { createAgents } from './composition/agents.ts';
import { startCourier } from './composition/outbound.ts';
import { drainDeadlines, pauseDeps } from './composition/pauses.ts';
import { platformDeps, type PlatformParts } from './composition/platform.ts';
import { loadProject, type Project } from './composition/project.ts';
import { createReload, type Reloading } from './composition/reload.ts';
import { seeDependencies, seeQueue } from './composition/health.ts';
import { createSignalHub } from './composition/signal-hub.ts';
import { openSchemas } from './composition/schemas.ts';
import { openStore } from './composition/store.ts';
import { openTelemetry, type Telemetry } from './composition/telemetry.ts';
import { threadPruner, trimming } from './composition/thread-upkeep.ts';
import { threadStreams } from './composition/thread-streams.ts';
import { halfDone, modelConfigured, needsDatabase, readProject, takeOver } from './composition/start.ts';
import { isShared, openStorage } from './composition/storage.ts';
import { lookingAgain, startNode, type WorkerNode } from './composition/workers.ts';
import type { LanggraphConfig } from './config/langgraph-config.ts';
import { publishAddress } from './config/server-address.ts';
import type { Settings } from './config/settings.ts';
import { version } from './config/version.ts';
import type { GraphReads } from './engine/graph-reads.ts';
import { createReloadableRegistry } from './engine/reloadable-registry.ts';
import { createApp } from './http/app.ts';
import { Ending } from './http/ending.ts';
import type { ControlDeps } from './http/control/deps.ts';
import { createLimits } from './http/middleware/limits.ts';
import { serveWebSockets } from './http/protocol/websocket.ts';
import { allRoutes } from './http/routes.ts';
import { createHttpServer } from './http/server.ts';
import { newUuid, type LifecycleDeps } from './lifecycle/deps.ts';
import { createExpireThreads } from './lifecycle/expire-threads.ts';
import { scopeCheck } from './lifecycle/pause-scope.ts';
import { createPruneEvents } from './lifecycle/prune-events.ts';
import { STOP_CHECKS } from './lifecycle/stop-checks.ts';
import { createStartDelayed, DELAYED_RUNS } from './lifecycle/start-delayed.ts';
import type { Clock } from './model/clock.ts';
import { startRehearsalModel } from './rehearsal/index.ts';
import { createAssistants, type Assistants } from './resources/assistants.ts';
import { lockDataFolder } from './storage/embedded/data-lock.ts';
import type { Storage } from './storage/ports.ts';
import { createLogger, type Logger } from './telemetry/logger.ts';
import { secretsIn } from './telemetry/redact.ts';
import { createMetrics } from './telemetry/metrics.ts';
import { sparingly } from './telemetry/sparingly.ts';
import { every, Scheduler, type DueWork } from './worker/scheduler.ts';

export interface ServerOptions {
  settings: Settings;
  /** Injected at the named crash points; tests use it. */
  at?: LifecycleDeps['at'];
  /** Tests set the time of the API process by it. */
  clock?: Clock;
  /** The module a worker process runs; tests put their own in front. */
  workerEntry?: string;
}

export interface RunningServer extends Reloading {
  url: string;
  graphs: string[];
  /** What the agents talk to: a model server, or the rehearsal model when nothing is configured. */
  model: 'configured' | 'rehearsal';
  /** Stops in order: no new requests, workers drain, connections end, databases close. */
  close(): Promise<void>;
}

const PRUNE_EVERY_MS = 60_000;
const FINISH_EVERY_MS = 10_000;

/**
 * Starts the server: takes the data folder, brings the database up to date, takes back what a former server
 * left running, starts the workers and listens. The API process never runs a graph's nodes. Where that fails, all of
 * it is stopped again: nothing is held, and nothing runs on.
 * @throws {HoldpointError} when the folder is in use, a setting or langgraph.json is wrong, or the port is taken.
 */
export const startServer = async (options: ServerOptions): Promise<RunningServer> => {
  const started: Started = { settings: options.settings };
  try {
    return await start(options, started);
  } catch (error) {
    await stop(started).catch(() => {}); // why it could not start is what is to be said
    throw error;
  }
};

/** Notes in `started` whatever is to be stopped again. */
const start = async (
  { settings, at = () => {}, clock: ownClock, workerEntry }: ServerOptions,
  started: Started,
): Promise<RunningServer> => {
  const { log, langgraph, lock } = prepare(settings);
  started.lock = lock;
  const hub = createSignalHub();
  const link = { link: hub.link, migrate: true, follows: true };
  const storage = await openStorage({ settings, ...link, onError: saying(log) });
  started.storage = storage;
  const clock = ownClock ?? storage.clock;
  const keys = await openKeyRing({ storage, clock, settings, langgraph, log });
  const telemetry = await openTelemetry({ storage, log, process: 'api' });
  started.telemetry = telemetry;
  const parts = { storage, clock, at, newId: newUuid, tally: telemetry.tally };
  const lifecycle: LifecycleDeps = { ...parts, settings: lifecycleSettings(settings, langgraph), log };
  const graphs = createReloadableRegistry(langgraph.graphs);
  const reads = openGraphReads({ graphs, storage }, { workers: () => node.workers, settings });
  const shapes = openSchemas({ graphs, reads, settings, log });
  started.shapes = shapes;
  const assistants = createAssistants({ ...parts, graphs, reads, shapes });
  const reapRuns = await takeOver(lifecycle, graphs);
  await assistants.ensureSystem();
  const project = await loadProject({ langgraph, settings, storage, assistants, keys, log });
  const rehearsal = modelConfigured() ? undefined : await startRehearsalModel();
  started.rehearsal = rehearsal;
  const node = startNode({
    entry: workerEntry,
    graphs: () => graphs.sources(),
    store: langgraph.store,
    modelUrl: rehearsal?.url,
    onSignal: hub.deliver,
    lifecycle,
    reapRuns,
    settings,
    log,
  });
  started.node = node;
  const { workers } = node;
  hub.connect((signal) => node.pool?.broadcast(signal));
  const shared = { lifecycle, assistants, reads, settings, log };
  const pauses = pauseDeps({ ...shared, graphs, workers, moreChecks: MORE_CHECKS });
  const { due, courier, store, control, scheduler } = startDueWork({ ...shared, pauses, node, langgraph });
  Object.assign(started, { control: due, courier, scheduler });
  const http = { ...shared, workers, store, pauses, ui: project.ui };
  const { url, ...door } = await startHttp(http, { control, project, telemetry, log });
  started.door = door;
  for (const part of [courier, due, node, project, shapes]) part.open(url);
  return {
    url,
    graphs: graphs.ids(),
    model: rehearsal ? 'rehearsal' : 'configured',
    ...createReload({ graphs, assistants, workers, settings }),
    close: () => stop(started),
  };
};

/** How requests come in. */
interface Door {
  /** Nobody new comes in, and who is in is answered once more at most. */
  close(): void;
  /** Ends all connections: streams at once, the others when they are answered, after so long in any case. */
  end(withinMs: number): Promise<unknown>;
}

/** What of a server was started, and is to be stopped. */
interface Started {
  settings: Settings;
  door?: Door;
  scheduler?: Scheduler;
  control?: { close(): Promise<void> };
  courier?: ReturnType<typeof startCourier>['courier'];
  shapes?: { close(): void };
  node?: WorkerNode;
  rehearsal?: { close: () => Promise<void> } | undefined;
  telemetry?: Telemetry;
  storage?: Storage;
  lock?: ReturnType<typeof lockDataFolder> | undefined;
}

/** What is asked when a server is to end is answered for so long. */
const ANSWERING_MS = 3000;

const stop = async (parts: Started): Promise<void> => {
  const { drainTimeoutMs } = parts.settings;
  await beginNothing(parts);
  await parts.node?.stop(drainTimeoutMs);
  await parts.door?.end(Math.min(ANSWERING_MS, drainTimeoutMs));
  await parts.rehearsal?.close();
  await parts.telemetry?.close();
  await parts.storage?.close();
  parts.lock?.release();
};

/** Nobody new comes in, and nothing comes due. */
const beginNothing = async ({ door, shapes, scheduler, control, courier }: Started): Promise<void> => {
  door?.close();
  shapes?.close();
  await scheduler?.close();
  await control?.close();
  await courier?.close();
};

/** Reads what is set, and takes the data folder where everything is kept in it. */
const prepare = (settings: Settings) => {
  const langgraph = readProject(settings.config); // with what it adds to the environment, of which the log keeps secrets
  const log = createLogger(settings.logLevel, { process: 'api' }, secretsIn(process.env));
  if (settings.role === 'api' && !isShared(settings)) throw needsDatabase('serve --role api');
  return { log, langgraph, lock: isShared(settings) ? undefined : lockDataFolder(settings.dataDir) };
};

/** Errors of the storage that nobody waits for. */
const saying =
  (log: Logger) =>
  (error: unknown): void =>
    log.error({ err: error }, 'storage, queue or signals');

/** What a resume has to find besides its own pause. */
const MORE_CHECKS = [scopeCheck, ...STOP_CHECKS];

interface DueParts {
  lifecycle: LifecycleDeps;
  assistants: Assistants;
  reads: GraphReads;
  pauses: ReturnType<typeof pauseDeps>;
  node: WorkerNode;
  langgraph: LanggraphConfig;
  settings: Settings;
  log: Logger;
}

/** Starts what happens by itself, and what that needs. */
const startDueWork = ({ langgraph, node, ...rest }: DueParts) => {
  const parts = { ...rest, workers: node.workers };
  const { lifecycle, settings, log } = parts;
  const { storage, clock } = lifecycle;
  const { courier, works } = startCourier({ storage, clock, settings, log });
  const { store, sweep } = openStore({ storage, clock, config: langgraph.store });
  const { control, ...due } = createControl(parts);
  const drains = drainDeadlines(lifecycle, parts.workers);
  const expire = createExpireThreads({ ...lifecycle, pruneThreads: threadPruner(parts) });
  const expiry = { name: 'expire threads', run: expire };
  const own = [drains, expiry, trimming(lifecycle, parts)];
  const all = [...own, ...works, sweep, ...due.works, ...node.works];
  const scheduler = startScheduler(lifecycle, all, log);
  return { due, courier, store, control, scheduler };
};

/** Everything that comes due by time. */
const startScheduler = (lifecycle: LifecycleDeps, works: DueWork[], log: Logger): Scheduler => {
  const { finishDeletions, cancelOrphans } = halfDone(lifecycle);
  const scheduler = new Scheduler({
    works: [
      every(PRUNE_EVERY_MS, 'prune events', createPruneEvents(lifecycle)),
      every(FINISH_EVERY_MS, 'finish deletions', finishDeletions),
      every(FINISH_EVERY_MS, 'cancel what deleted assistants left', cancelOrphans),
      { name: DELAYED_RUNS, run: createStartDelayed(lifecycle) },
      ...works,
    ],
    clock: lifecycle.clock,
    log,
    ...lookingAgain(lifecycle.storage),
  });
  lifecycle.storage.signals.subscribe((signal) => {
    if (signal.kind === 'due') scheduler.poke(signal.of);
  });
  return scheduler;
};

interface HttpParts {
  control: ControlDeps;
  project: Project;
  log: Logger;
  telemetry: Telemetry;
}

const startHttp = async (
  parts: PlatformParts,
  { control, project, log, telemetry }: HttpParts,
): Promise<Door & { url: string }> => {
  const { lifecycle, workers, settings } = parts;
  const { storage } = lifecycle;
  const metrics = createMetrics({
    countRuns: sparingly(() => storage.runs.countByState()),
    workers: () => workers.list(),
    queue: () => seeQueue(lifecycle),
    tallied: async () => {
      await telemetry.flush();
      return storage.tallies.all();
    },
  });
  const platform = platformDeps(parts);
  const agents = createAgents({ lifecycle, platform, control, log });
  const streams = threadStreams(lifecycle);
  const routes = allRoutes({
    platform,
    streams,
    agents,
    control,
    dependencies: () => seeDependencies(storage, workers),
    metrics,
    version,
  });
  const { bodyLimitBytes } = settings;
  const served = project.served(routes);
  const shared = { bodyLimitBytes, limits: createLimits(settings), log, metrics, tracing: telemetry.tracing };
  const ending = new Ending();
  const app = createApp({ ...project, ...shared, routes: served, consoleDir: CONSOLE_DIR, ending });
  const answer = app.callback();
  const server = createHttpServer((request, response) => void answer(request, response), settings);
  ending.of(server);
  const endSockets = serveWebSockets(server, {
    ...project,
    ...shared,
    deps: { ...platform, streams },
    routes: served,
  });
  const url = await listen(server, settings);
  server.once('close', publishAddress(settings.dataDir, url));
  return {
    url,
    close: () => ending.begin(server),
    end: (withinMs) => Promise.all([endSockets(withinMs), ending.end(server, withinMs)]),
  };
};
