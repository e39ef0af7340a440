import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import pino from 'pino';
import { createExecutor } from '../../src/engine/executor.ts';
import { createGraphRegistry } from '../../src/engine/graph-registry.ts';
import { createAcquireThread, createClaimRun } from '../../src/lifecycle/claim-run.ts';
import { createAwaitRun, createFollowRun } from '../../src/lifecycle/observe-run.ts';
import { createRenewLeases } from '../../src/lifecycle/renew-leases.ts';
import { createSettleRun } from '../../src/lifecycle/settle-run.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { Worker, type WorkerDeps } from '../../src/worker/worker.ts';
import { openLifecycle, type Lifecycle } from '../lifecycle/bench.ts';

const GRAPHS = {
  agent: { file: fileURLToPath(new URL('../crash/graphs/steps.ts', import.meta.url)), exportName: 'steps' },
};

/** A worker on connections of its own: no signal comes from it or reaches it. */
describe('where every signal is lost', () => {
  let lifecycle: Lifecycle;
  let storage: Storage;
  let worker: Worker;
  let claims = 0;

  const startWorker = (of: Partial<WorkerDeps> = {}): Worker => {
    const deps = { ...lifecycle.deps, storage };
    const claimRun = createClaimRun(deps);
    return new Worker({
      id: 'unheard',
      queue: storage.queue,
      runs: storage.runs,
      signals: storage.signals,
      claimRun: (input) => {
        claims++;
        return claimRun(input);
      },
      settleRun: createSettleRun(deps),
      renewLeases: createRenewLeases(deps),
      execute: createExecutor({
        graphs: createGraphRegistry(GRAPHS),
        checkpoints: storage.checkpoints,
        events: storage.events,
        acquire: createAcquireThread(deps),
        notify: () => {},
      }),
      concurrency: 10,
      renewMs: 100,
      log: pino({ enabled: false }),
      ...of,
    });
  };

  beforeEach(async () => {
    claims = 0;
    lifecycle = await openLifecycle();
    storage = await openEmbeddedStorage({ dataDir: lifecycle.dataDir, synchronous: 'NORMAL' });
    worker = startWorker();
  });

  afterEach(async () => {
    await worker.drain(0);
    await storage.close();
    await lifecycle.storage.close();
  });

  const launch = async (input: Record<string, unknown>) =>
    lifecycle.launch(await lifecycle.newThread(), { kwargs: { input } });
  const atRest = ({ runId, threadId }: { runId: string; threadId: string }) =>
    createAwaitRun(lifecycle.deps)({ runId, threadId });

  it('a run is executed all the same, and whoever waits for it or follows it hears of it', async () => {
    const run = await launch({ steps: 3, ms: 0 });
    const heard: string[] = [];
    const follow = createFollowRun(lifecycle.deps)({ run, signal: AbortSignal.timeout(20_000) });
    for await (const page of follow) heard.push(...page.map(({ event }) => event));
    expect(heard).toEqual(['metadata', 'values', 'values', 'values', 'values']);
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });

  it('a cancel is heard when the lease is renewed', async () => {
    const run = await launch({ steps: 2, ms: 60_000 });
    await expect.poll(() => lifecycle.stateOf(run), { timeout: 10_000 }).toBe('running');
    await lifecycle.cancel(run);
    expect(await atRest(run)).toMatchObject({ state: 'cancelled' });
  });

  it('a run whose thread was deleted is dropped', async () => {
    const run = await launch({ steps: 2, ms: 60_000 });
    await expect.poll(() => lifecycle.stateOf(run), { timeout: 10_000 }).toBe('running');
    await lifecycle.storage.transaction(async (ledger) => {
      await ledger.threads.markDeleted(run.threadId);
      await ledger.threads.remove(run.threadId);
    });
    await worker.drain(60_000);
    expect(await lifecycle.stateOf(run)).toBeUndefined();
  });

  it('a run behind a state update waits for it without being claimed over and over', async () => {
    const threadId = await lifecycle.newThread();
    const owner = {
      threadId,
      runId: null,
      token: 'update',
      owner: 'other',
      expiresAt: Number.MAX_SAFE_INTEGER,
    };
    const lease = await lifecycle.storage.transaction((ledger) => ledger.threads.claim(owner));
    const run = await lifecycle.launch(threadId, { kwargs: { input: { steps: 1 } } });
    await expect.poll(() => claims, { timeout: 10_000 }).toBeGreaterThan(0);
    const [before, since] = [claims, performance.now()];
    await expect.poll(() => claims, { timeout: 10_000 }).toBeGreaterThan(before + 3);
    expect(performance.now() - since).toBeGreaterThan(100);
    if (lease) await lifecycle.storage.transaction((ledger) => ledger.threads.release(lease));
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });

  it('a run whose orders cannot be read at first is executed, not forgotten', async () => {
    await worker.drain(0);
    let reads = 0;
    worker = startWorker({
      runs: { get: (runId) => (reads++ === 0 ? Promise.reject(new Error('busy')) : storage.runs.get(runId)) },
    });
    const run = await launch({ steps: 1, ms: 0 });
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });
});
