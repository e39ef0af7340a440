import { fileURLToPath } from 'node:url';
import { InMemoryStore } from '@langchain/langgraph-checkpoint';
import pino from 'pino';
import { openGraphReads } from '../../src/composition/graph-reads.ts';
import { pauseSecurer } from '../../src/composition/pauses.ts';
import { AttemptEffects } from '../../src/engine/effect-book.ts';
import { createExecutor } from '../../src/engine/executor.ts';
import { createGraphRegistry } from '../../src/engine/graph-registry.ts';
import { createAcquireThread, createClaimRun } from '../../src/lifecycle/claim-run.ts';
import { createRenewLeases } from '../../src/lifecycle/renew-leases.ts';
import { createSettleRun } from '../../src/lifecycle/settle-run.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import { Worker, type WorkerDeps } from '../../src/worker/worker.ts';
import { openLifecycle } from '../lifecycle/bench.ts';
import { AT } from '../storage/ports/records.ts';

const file = fileURLToPath(new URL('../crash/graphs/steps.ts', import.meta.url));
const GRAPHS = { agent: { file, exportName: 'steps' } };

/**
 * A worker in this process, on connections of its own: no signal comes from it or reaches it. It executes the
 * `steps` graph.
 */
export const openLoneWorker = async () => {
  const lifecycle = await openLifecycle();
  const storage = await openEmbeddedStorage({ dataDir: lifecycle.dataDir, synchronous: 'NORMAL' });
  const deps = { ...lifecycle.deps, storage };
  const graphs = createGraphRegistry(GRAPHS);
  const reads = openGraphReads({ graphs, storage });
  const settleRun = createSettleRun({
    ...deps,
    securePause: pauseSecurer(deps, { graphs, reads, runsCode: true }),
  });
  let worker: Worker | undefined;
  return {
    lifecycle,
    storage,
    claimRun: createClaimRun(deps),
    settleRun,
    start: (of: Partial<WorkerDeps> = {}): Worker => {
      worker = new Worker({
        id: 'lone',
        queue: storage.queue,
        runs: storage.runs,
        signals: storage.signals,
        claimRun: createClaimRun(deps),
        settleRun,
        renewLeases: createRenewLeases(deps),
        retire: () => {},
        wantsShutdown: () => Promise.resolve(false),
        execute: createExecutor({
          approvalDialects: true,
          langsmith: false,
          telemetry: {},
          graphs: createGraphRegistry(GRAPHS),
          checkpoints: storage.checkpoints,
          events: storage.events,
          partials: storage.partials,
          acquire: createAcquireThread(deps),
          storeFor: () => new InMemoryStore(),
          effectsFor: (attempt) =>
            new AttemptEffects({ ...attempt, ledger: storage.effects, now: () => AT, at: () => {} }),
          notify: () => {},
          toolRunsTo: () => () => Promise.resolve(),
          findArrival: () => Promise.resolve(undefined),
          clock: storage.clock,
          watchFor: () => Promise.resolve(undefined),
        }),
        clock: storage.clock,
        concurrency: 10,
        renewMs: 100,
        log: pino({ enabled: false }),
        ...of,
      });
      return worker;
    },
    launch: async (input: Record<string, unknown>) =>
      lifecycle.launch(await lifecycle.newThread(), { kwargs: { input } }),
    close: async (): Promise<void> => {
      await worker?.drain(0);
      await storage.close();
      await lifecycle.storage.close();
    },
  };
};

export type LoneWorker = Awaited<ReturnType<typeof openLoneWorker>>;
