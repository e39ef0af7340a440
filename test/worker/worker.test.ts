import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { AttemptControl } from '../../src/engine/attempt-control.ts';
import { createCancelRun } from '../../src/lifecycle/cancel-run.ts';
import { createAwaitRun } from '../../src/lifecycle/observe-run.ts';
import { markUnavailable } from '../../src/model/errors.ts';
import type { Run } from '../../src/model/run.ts';
import { deferred } from '../support/deferred.ts';
import { openLoneWorker, type LoneWorker } from './lone-worker.ts';

describe('a worker', () => {
  let lone: LoneWorker;
  beforeEach(async () => {
    lone = await openLoneWorker();
  });
  afterEach(() => lone.close());

  const atRest = ({ runId, threadId }: Run) => createAwaitRun(lone.lifecycle.deps)({ runId, threadId });

  it('asks now and then, and not over and over, for a run whose thread is being edited', async () => {
    const { storage } = lone.lifecycle;
    const threadId = await lone.lifecycle.newThread();
    const update = { threadId, runId: null, token: 'update', owner: 'other', expiresAt: Date.now() + 60_000 };
    const lease = await storage.transaction((ledger) => ledger.threads.claim(update));
    const run = await lone.lifecycle.launch(threadId, { kwargs: { input: { steps: 1 } } });
    const asked: number[] = [];
    lone.start({
      claimRun: (input) => {
        asked.push(performance.now());
        return lone.claimRun(input);
      },
    });
    await expect.poll(() => asked.length, { timeout: 30_000 }).toBeGreaterThan(4);
    expect((asked[4] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(150);
    if (lease) await storage.transaction((ledger) => ledger.threads.release(lease));
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });

  it('tries again later, and not at once, when storage refuses a claim', async () => {
    const run = await lone.launch({ steps: 1, ms: 0 });
    const asked: number[] = [];
    lone.start({
      claimRun: (input) => {
        asked.push(performance.now());
        return asked.length === 1 ? Promise.reject(new Error('disk full')) : lone.claimRun(input);
      },
    });
    expect(await atRest(run)).toMatchObject({ state: 'success' });
    expect((asked[1] ?? 0) - (asked[0] ?? 0)).toBeGreaterThan(500);
  });

  it('fails a run whose end storage will not hold, and tries for as long as storage cannot be used', async () => {
    const [refused, late] = [await lone.launch({ steps: 1, ms: 0 }), await lone.launch({ steps: 1, ms: 0 })];
    const away = new Error('the database is away');
    markUnavailable(away);
    let tries = 0;
    lone.start({
      settleRun: async (claimed, result) => {
        if (claimed.run.runId === late.runId && ++tries <= 4) throw away;
        if (claimed.run.runId === refused.runId && result.outcome.kind === 'finished')
          throw new Error('index row size 7500 exceeds the maximum');
        return lone.settleRun(claimed, result);
      },
    });
    expect(await atRest(late)).toMatchObject({ state: 'success' });
    expect(await atRest(refused)).toMatchObject({
      state: 'error',
      failure: { reason: 'storage_failed', message: expect.stringContaining('index row size') as string },
    });
    const after = { fence: 0, seq: 0 };
    const events = await lone.storage.events.read({ ...refused, after, limit: 20 });
    expect(events.at(-1)).toMatchObject({ event: 'error' });
  });

  it('passes on to the attempt that somebody reads the events of its thread', async () => {
    const run = await lone.launch({ steps: 1, ms: 0 });
    const begun = deferred<void>();
    lone.start({
      execute: async (_claimed, control) => {
        begun.resolve();
        await new Promise<void>((resolve) => control.onFollowed(resolve));
        const read = { values: '{"followed":true}', interrupts: {}, hasNext: false };
        return { outcome: { kind: 'finished' }, ...read, events: [], lastSeq: 0, progressed: true };
      },
    });
    await begun.promise;
    lone.storage.signals.publish({ kind: 'followed', threadId: 'another' });
    expect((await lone.storage.runs.get(run.runId))?.state).toBe('running');
    lone.storage.signals.publish({ kind: 'followed', threadId: run.threadId });
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });

  it('obeys an order given while the run was being claimed', async () => {
    const { storage } = lone;
    const cancelRun = createCancelRun({ ...lone.lifecycle.deps, storage });
    const run = await lone.launch({ steps: 20, ms: 20 });
    lone.start({
      renewMs: 60_000,
      claimRun: async (input) => {
        const claimed = await lone.claimRun(input);
        await cancelRun({ runId: run.runId, threadId: run.threadId, actor: 'user' });
        return claimed;
      },
    });
    expect(await atRest(run)).toMatchObject({ state: 'cancelled' });
  });

  it('obeys the word it asked for last, also when an earlier question is answered after that', async () => {
    const { storage } = lone;
    const run = await lone.launch({ steps: 1, ms: 0 });
    const begun = deferred<AttemptControl>();
    const over = deferred<void>();
    const answers: ((run: Run) => void)[] = [];
    const obeyed: string[] = [];
    storage.signals.subscribe(({ kind }) => kind === 'obeyed' && obeyed.push(kind));
    lone.start({
      renewMs: 60_000,
      runs: { get: () => new Promise((resolve) => answers.push(resolve)) },
      execute: async (_claimed, control) => {
        begun.resolve(control);
        await over.promise;
        const read = { values: '{}', interrupts: {}, hasNext: false };
        return { outcome: { kind: 'finished' }, ...read, events: [], lastSeq: 0, progressed: true };
      },
    });
    const control = await begun.promise;
    for (let i = 0; i < 2; i++) storage.signals.publish({ kind: 'desired', runId: run.runId });
    answers[1]?.({ ...run, desired: 'pause' });
    answers[0]?.({ ...run, desired: 'run' });
    await expect.poll(() => obeyed).toHaveLength(2);
    expect(control.drainRequested).toBe(true);
    over.resolve();
    expect(await atRest(run)).toMatchObject({ state: 'success' });
  });
});
