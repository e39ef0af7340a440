import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createAwaitRun, createFollowRun } from '../../src/lifecycle/observe-run.ts';
import type { Run } from '../../src/model/run.ts';
import { openLoneWorker, type LoneWorker } from './lone-worker.ts';

describe('where every signal is lost', () => {
  let lone: LoneWorker;
  beforeEach(async () => {
    lone = await openLoneWorker();
  });
  afterEach(() => lone.close());

  const atRest = ({ runId, threadId }: Run) => createAwaitRun(lone.lifecycle.deps)({ runId, threadId });
  const running = async (run: Run): Promise<void> => {
    await expect.poll(() => lone.lifecycle.stateOf(run), { timeout: 30_000 }).toBe('running');
  };

  it('a run is executed all the same, and whoever follows it or waits for it hears of it', async () => {
    lone.start();
    const run = await lone.launch({ steps: 3, ms: 0 });
    const heard: string[] = [];
    const follow = createFollowRun(lone.lifecycle.deps)({ run, signal: AbortSignal.timeout(20_000) });
    for await (const page of follow) heard.push(...page.map(({ event }) => event));
    expect(heard).toEqual(['metadata', 'values', 'values', 'values', 'values']);
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });

  it('a cancel is heard when the lease is renewed', async () => {
    lone.start();
    const run = await lone.launch({ steps: 2, ms: 60_000 });
    await running(run);
    await lone.lifecycle.cancel(run);
    expect(await atRest(run)).toMatchObject({ state: 'cancelled' });
  });

  it('a run whose thread was deleted is dropped when the lease is not renewed', async () => {
    const worker = lone.start();
    const run = await lone.launch({ steps: 2, ms: 60_000 });
    await running(run);
    await lone.lifecycle.storage.transaction(async (ledger) => {
      await ledger.threads.markDeleted(run.threadId);
      await ledger.threads.remove(run.threadId);
    });
    await worker.drain(60_000);
    expect(await lone.lifecycle.stateOf(run)).toBeUndefined();
  });
});
