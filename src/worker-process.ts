import { isShared, joinSettings, openStorage } from './composition/storage.ts';
import { lifecycleSettings } from './composition/lifecycle-settings.ts';
import { storeOfAttempt } from './composition/attempt-store.ts';
import { assembleStore } from './composition/store.ts';
import type { StoreConfig } from './config/langgraph-config.ts';
import { openTelemetry, type Telemetry } from './composition/telemetry.ts';
import { langsmithConfigured } from './config/langsmith.ts';
import type { Settings } from './config/settings.ts';
import { updateState as applyStateUpdate } from './engine/graph-calls.ts';
import { withDeadline } from './engine/deadline.ts';
import { sendClassOf } from './engine/send-class.ts';
import { AttemptEffects } from './engine/effect-book.ts';
import { createExecutor, currentRun } from './engine/executor.ts';
import { answerRead, type GraphReads, type ReadGraph } from './engine/graph-reads.ts';
import { createLocalGraphReads } from './engine/local-graph-reads.ts';
import { batchStoreCalls } from './engine/batch-store-calls.ts';
import { bindLoopback } from './engine/loopback.ts';
import { createGraphRegistry, type GraphRegistry, type GraphSource } from './engine/graph-registry.ts';
import { createAcquireThread, createClaimRun } from './lifecycle/claim-run.ts';
import { newUuid, type LifecycleDeps } from './lifecycle/deps.ts';
import { createRequestPause } from './lifecycle/pause-thread.ts';
import { createLogToolRuns } from './lifecycle/log-tool-runs.ts';
import { createRenewLeases } from './lifecycle/renew-leases.ts';
import { createReleaseWorker } from './lifecycle/release-worker.ts';
import { createSettleRun } from './lifecycle/settle-run.ts';
import { createUpdateState } from './lifecycle/update-state.ts';
import { createFindArrival } from './lifecycle/wait-for-events.ts';
import { createWatchRun } from './lifecycle/watch-run.ts';
import { isoTime } from './model/clock.ts';
import { encodeState } from './model/state-json.ts';
import type { WorkerSeen } from './model/worker.ts';
import { HoldpointError, isHoldpointError, LeaseLostError, UnstorableValueError } from './model/errors.ts';
import type { Signal, Storage } from './storage/ports.ts';
import { createLogger, outliveOutput, type Logger } from './telemetry/logger.ts';
import type { Tracing } from './telemetry/tracing.ts';
import { createTakeSnapshot } from './engine/snapshot.ts';
import { secretsIn } from './telemetry/redact.ts';
import { createInspectResume } from './engine/resume-inspection.ts';
import { pauseSecurer } from './composition/pauses.ts';
import { workerKind } from './composition/worker-kind.ts';
import {
  machineTime,
  type FromWorker,
  type ToWorker,
  type WorkerCalls,
  type WorkerMethod,
} from './worker/protocol.ts';
import { nameWhoEndsTheProcess } from './worker/last-words.ts';
import { startWatchdog } from './worker/watchdog.ts';
import { REGISTERED_MS } from './worker/supervisor.ts';
import { Worker } from './worker/worker.ts';

/** What the server tells a worker process. */
export interface WorkerProcessOptions {
  id: string;
  /** The node that it belongs to. */
  nodeId: string;
  /** Process id of the server: without it a worker has nothing to do. */
  parent: number;
  settings: Settings;
  graphs: Record<string, GraphSource>;
  store: StoreConfig;
}

const HEARTBEAT_MS = 1000;

/** The composition root of a worker process. `at` is called at each named crash point; tests inject one. */
export const runWorkerProcess = async (
  given: WorkerProcessOptions,
  at: LifecycleDeps['at'] = () => {},
): Promise<void> => {
  const options = { ...given, settings: joinSettings(given.settings, process.env) };
  const { id, settings } = options;
  const log = createLogger(settings.logLevel, { worker: id }, secretsIn(process.env));
  const stopWatchdog = guardProcess(options, log);
  const storage = await openStorage({
    settings,
    migrate: false,
    follows: false,
    onError: (error) => log.error({ err: error }, 'storage, queue or signals'),
    link: { send: (signal) => tell({ type: 'signal', signal }), receive: onSignal },
  });
  batchStoreCalls();
  const graphs = createGraphRegistry(options.graphs);
  const telemetry = await openTelemetry({ storage, log, process: 'worker' });
  const lifecycle: LifecycleDeps = {
    storage,
    clock: storage.clock,
    newId: newUuid,
    at,
    settings: lifecycleSettings(settings),
    log,
    tally: telemetry.tally,
  };
  await register(options, storage);
  const worker = createWorker({ options, lifecycle, graphs, log, tracing: telemetry.tracing });
  const calls = createCalls(id, lifecycle, graphs);
  const loopback = bindLoopback();
  const vitals = () => ({ ...worker.load(), memoryBytes: process.memoryUsage.rss() });
  const heartbeat = setInterval(() => tell({ type: 'heartbeat', vitals: vitals() }), HEARTBEAT_MS);
  process.on('message', (message: ToWorker) => {
    if (message.type === 'call') void answer(message, calls[message.method]);
    if (message.type === 'address') loopback.open(message.url);
    if (message.type === 'drain') {
      void leave({ worker, storage, telemetry, timeoutMs: message.timeoutMs }).finally(() => {
        clearInterval(heartbeat);
        stopWatchdog();
        process.exit(0);
      });
    }
  });
  tell({ type: 'ready' });
  for (const error of Object.values(await graphs.preload()))
    log.error({ err: error }, 'a graph cannot be loaded');
};

/** Before it takes anything: an emergency stop knows from the list which processes there are. */
const register = async ({ id, nodeId, settings }: WorkerProcessOptions, storage: Storage): Promise<void> => {
  if (!isShared(settings)) return;
  const now = storage.clock.now();
  const seen: WorkerSeen = {
    ...workerKind(settings),
    id,
    pid: process.pid,
    ready: false,
    state: 'starting',
    lastBeat: now,
    startedAt: now,
    drain: undefined,
    active: 0,
    taken: 0,
    memoryBytes: 0,
  };
  const worker = { seen, nodeId, expiresMs: now + REGISTERED_MS };
  await storage.transaction((ledger) => ledger.workers.register(worker));
};

/** Watches over this process: that it ends with its server, is not blocked, and names who ends it otherwise. */
const guardProcess = ({ parent, settings }: WorkerProcessOptions, log: Logger): (() => void) => {
  const runOfThisCode = (): string | undefined => currentRun.getStore();
  const { workerBlockedMs: blockedMs } = settings;
  const stopWatchdog = startWatchdog({ parent, blockedMs, currentRun: runOfThisCode });
  surviveStrayRejections(log);
  outliveOutput();
  nameWhoEndsTheProcess(runOfThisCode);
  process.on('disconnect', () => process.exit(1));
  if (!process.connected) process.exit(1); // the server died while this process started
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => {}); // the server says when to drain
  return stopWatchdog;
};

interface WorkerParts {
  options: WorkerProcessOptions;
  lifecycle: LifecycleDeps;
  graphs: GraphRegistry;
  log: Logger;
  tracing: Tracing | undefined;
}

const createWorker = ({ options, lifecycle, graphs, log, tracing }: WorkerParts): Worker => {
  const { id, settings } = options;
  const { storage, clock } = lifecycle;
  const { queue, runs, signals, checkpoints, events } = storage;
  const reads = createLocalGraphReads({ graphs, checkpoints });
  const securePause = pauseSecurer(lifecycle, { graphs, reads, runsCode: true });
  return new Worker({
    id,
    queue,
    runs,
    signals,
    claimRun: createClaimRun(lifecycle),
    settleRun: createSettleRun({ ...lifecycle, securePause }),
    renewLeases: createRenewLeases(lifecycle),
    retire: (runId, why) => tell({ type: 'retire', runId, why }),
    wantsShutdown: createReleaseWorker(lifecycle, { workerId: id, pid: process.pid }),
    execute: createExecutor({
      graphs,
      checkpoints,
      events,
      partials: storage.partials,
      acquire: createAcquireThread(lifecycle),
      storeFor: storeOfAttempt(assembleStore({ storage, clock, config: options.store })),
      effectsFor: (attempt) =>
        new AttemptEffects({
          ...attempt,
          ledger: storage.effects,
          now: () => isoTime(clock),
          at: lifecycle.at,
        }),
      telemetry: { tally: lifecycle.tally, tracing },
      notify: (threadId) => signals.publish({ kind: 'events', threadId }),
      approvalDialects: lifecycle.settings.approvalDialects,
      langsmith: langsmithConfigured(process.env),
      toolRunsTo: createLogToolRuns(lifecycle),
      findArrival: createFindArrival(lifecycle),
      clock,
      watchFor: createWatchRun({
        ...lifecycle,
        requestPause: createRequestPause({ ...lifecycle, securePause }),
      }),
    }),
    clock,
    concurrency: settings.concurrency,
    renewMs: settings.renewMs,
    tracing,
    log,
  });
};

/** What the API asks of a worker; `timeoutMs` is how long it waits for the answer. */
const createCalls = (
  owner: string,
  lifecycle: LifecycleDeps,
  graphs: GraphRegistry,
): { [M in WorkerMethod]: (params: WorkerCalls[M], timeoutMs: number) => Promise<unknown> } => {
  const updateState = createUpdates(lifecycle, graphs);
  const inspectResume = createInspectResume({ graphs, checkpoints: lifecycle.storage.checkpoints });
  const takeSnapshot = createTakeSnapshot({ graphs, checkpoints: lifecycle.storage.checkpoints });
  const readGraph = createReads(
    createLocalGraphReads({ graphs, checkpoints: lifecycle.storage.checkpoints }),
  );
  return {
    updateState: (update, timeoutMs) => updateState({ update, owner, timeoutMs }),
    inspectResume,
    takeSnapshot,
    readGraph,
  };
};

/** Reads build graphs that are functions: each has a name by which it can be found out, as a run has. */
const createReads =
  (reads: GraphReads) =>
  (question: ReadGraph): Promise<string> =>
    currentRun.run(`read:${question.input.graphId}`, async () =>
      encodeState(await answerRead(reads, question)),
    );

/**
 * State updates run a graph's reducers and edges: like a run, each has a name by which it can be found out. One that
 * takes too long for whoever asked for it writes nothing any more.
 */
const createUpdates = (lifecycle: LifecycleDeps, graphs: GraphRegistry) =>
  createUpdateState({
    ...lifecycle,
    applyUpdate: async ({ update, graphId, lease, timeoutMs }) => {
      const runId = `update:${lease.token}`;
      const metadata = { thread_id: lease.threadId, graph_id: graphId };
      const writer = await lifecycle.storage.checkpoints.writer({ lease, runId, metadata });
      const work = async () => {
        const graph = await graphs.load(graphId);
        const Send = await sendClassOf(graph, (await graphs.module(graphId)).file);
        return applyStateUpdate({ graph, Send }, writer, update);
      };
      const limit = { ms: timeoutMs, what: 'The graph', late: unavailable };
      return currentRun.run(runId, () => withDeadline(work, limit)).finally(() => writer.close());
    },
  });

/** In order: no new work, what runs to a boundary, then the databases. */
const leave = async ({
  worker,
  storage,
  telemetry,
  timeoutMs,
}: {
  worker: Worker;
  storage: Storage;
  telemetry: Telemetry;
  timeoutMs: number;
}): Promise<void> => {
  await worker.drain(timeoutMs);
  await telemetry.close();
  await storage.close();
};

const tell = (message: FromWorker): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

const onSignal = (listener: (signal: Signal) => void): void => {
  process.on('message', (message: ToWorker) => {
    if (message.type === 'signal') listener(message.signal);
  });
};

/** Does what was asked, unless whoever asked waits for it no more: they may ask again. */
const answer = async (
  { id, params, deadline }: Extract<ToWorker, { type: 'call' }>,
  call: (params: never, timeoutMs: number) => Promise<unknown>,
): Promise<void> => {
  try {
    const left = deadline - machineTime();
    if (left <= 0) throw unavailable('The worker has come to this too late.');
    tell({ type: 'reply', id, value: await call(params as never, left) });
  } catch (error) {
    const { code, message, details } = isHoldpointError(error)
      ? error
      : { code: 'internal', message: error instanceof Error ? error.message : String(error), details: {} };
    tell({ type: 'refusal', id, code, message, details });
  }
};

const unavailable = (why: string): HoldpointError => new HoldpointError('worker_unavailable', why);

/**
 * LangGraph lets a refused checkpoint write surface as an unhandled rejection besides failing the run. That,
 * or a stray promise in one graph, must not end every other run of this process.
 */
const surviveStrayRejections = (log: Logger): void => {
  process.on('unhandledRejection', (error) => {
    if (error instanceof LeaseLostError || error instanceof UnstorableValueError) return;
    log.error({ err: error, runId: currentRun.getStore() }, 'a promise was rejected and nobody handled it');
  });
};
