import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('what the metrics count', () => {
  let lifecycle: Lifecycle;
  beforeAll(async () => {
    lifecycle = await openLifecycle();
  });
  afterAll(() => lifecycle.storage.close());
  beforeEach(() => void lifecycle.deps.tally?.take());

  const counted = (name: string) =>
    lifecycle.deps.tally
      ?.take()
      .filter((line) => line.name === name)
      .map(({ labels, value }) => ({ ...(JSON.parse(labels) as object), value }));

  const working = async () => {
    const threadId = await lifecycle.newThread();
    return lifecycle.claim(await lifecycle.launch(threadId));
  };

  it('has each lease that a worker lost, by how it was lost', async () => {
    await working();
    await working();
    await lifecycle.reap({ held: { owner: lifecycle.owner }, reason: 'it ended' });
    expect(counted('holdpoint_leases_lost_total')).toEqual([{ why: 'worker gone', value: 2 }]);
    await working();
    const expiredBefore = Number.MAX_SAFE_INTEGER;
    await lifecycle.reap({ held: { expiredBefore }, reason: 'it did not renew' });
    expect(counted('holdpoint_leases_lost_total')).toEqual([{ why: 'not renewed', value: 1 }]);
  });

  it('has a lease once that several nodes found lost at the same moment', async () => {
    await working();
    const lost = { held: { expiredBefore: Number.MAX_SAFE_INTEGER }, reason: 'it did not renew' };
    await Promise.all([lifecycle.reap(lost), lifecycle.reap(lost)]);
    expect(counted('holdpoint_leases_lost_total')).toEqual([{ why: 'not renewed', value: 1 }]);
  });

  it('has each end that a fence refused', async () => {
    const stale = await working();
    await lifecycle.reap({ held: { owner: lifecycle.owner }, reason: 'it did not answer' });
    await lifecycle.settle(stale, { kind: 'finished' });
    expect(counted('holdpoint_fences_refused_total')).toEqual([{ value: 1 }]);
  });

  it('has each pause by its cause, and one that was asked for twice once', async () => {
    const { run } = await working();
    await lifecycle.pause(run.threadId);
    await lifecycle.pause(run.threadId);
    const other = await working();
    await lifecycle.pause(other.run.threadId, { cause: 'condition' });
    expect(counted('holdpoint_pauses_total')).toEqual([
      { cause: 'operator', value: 1 },
      { cause: 'condition', value: 1 },
    ]);
  });
});

describe('taking back what a worker held', () => {
  it('goes on with the others where one thread cannot be taken back', async () => {
    const lifecycle = await openLifecycle();
    const { storage } = lifecycle;
    const threads = await Promise.all([lifecycle.newThread(), lifecycle.newThread(), lifecycle.newThread()]);
    const runs = [];
    for (const threadId of threads) runs.push(await lifecycle.claim(await lifecycle.launch(threadId)));
    const held = await storage.threads.heldBy({ owner: lifecycle.owner });
    const [first] = held;
    // Its row says what no version of the code has written.
    const broken = first?.runId ?? '';
    const { connection } = storage;
    const setKwargs = (text: string) =>
      connection.updateTable('runs').set({ kwargs_json: text }).where('run_id', '=', broken).execute();
    const whole = JSON.stringify((await storage.runs.get(broken))?.kwargs);
    await setKwargs('{');
    const reaping = { held: { owner: lifecycle.owner }, reason: 'it ended' };
    await expect(lifecycle.reap(reaping)).rejects.toThrow('1 of 3 threads cannot be taken back yet');
    const others = runs.filter(({ run }) => run.runId !== broken);
    for (const { run } of others) expect(await lifecycle.stateOf(run)).toBe('pending');
    await setKwargs(whole);
    expect(await lifecycle.reap(reaping)).toBe(1);
    expect(await lifecycle.stateOf({ runId: broken })).toBe('pending');
    await storage.close();
  });
});
