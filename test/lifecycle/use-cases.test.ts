import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { failureIn, type RunOutcome } from '../../src/engine/outcome.ts';
import type { ClaimedRun } from '../../src/engine/run-config.ts';
import { createCancelRun } from '../../src/lifecycle/cancel-run.ts';
import { createCancelRuns } from '../../src/lifecycle/cancel-runs.ts';
import { createCancelOrphans } from '../../src/lifecycle/delete-assistant.ts';
import { createReapRuns } from '../../src/lifecycle/reap-runs.ts';
import { LeaseLostError } from '../../src/model/errors.ts';
import type { RunState } from '../../src/model/run-state.ts';
import type { ThreadStatus } from '../../src/model/wire-status.ts';
import { AT, run } from '../storage/ports/records.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

let lifecycle: Lifecycle;
beforeAll(async () => {
  lifecycle = await openLifecycle();
});
afterAll(() => lifecycle.storage.close());

const claimedOn = async (threadId?: string) => {
  const launched = await lifecycle.launch(threadId ?? (await lifecycle.newThread()));
  return lifecycle.claim(launched);
};
const threadOf = ({ run }: { run: { threadId: string } }) => lifecycle.storage.threads.get(run.threadId);
const due = async () => (await lifecycle.storage.runs.due(1000)).map(({ runId }) => runId);

describe('launching', () => {
  it('refuses a second run of a busy thread, naming the one that is there', async () => {
    const threadId = await lifecycle.newThread();
    const { runId } = await lifecycle.launch(threadId);
    await expect(lifecycle.launch(threadId)).rejects.toMatchObject({
      code: 'thread_busy',
      details: { run_id: runId },
    });
  });

  it('puts a run behind those before it, and offers it when they have ended', async () => {
    const threadId = await lifecycle.newThread();
    const first = await lifecycle.launch(threadId);
    const second = await lifecycle.launch(threadId, { strategy: 'enqueue' });
    expect(await due()).toContain(first.runId);
    expect(await due()).not.toContain(second.runId);
    await lifecycle.settle(await lifecycle.claim(first), { kind: 'finished' });
    expect(await due()).toContain(second.runId);
  });

  it.each(['paused', 'stopped'] as const)('refuses new input on a thread that is %s', async (state) => {
    const threadId = await lifecycle.newThread();
    const { runId } = await lifecycle.launch(threadId);
    await lifecycle.storage.transaction((l) =>
      l.runs.move({ runId, from: 'pending', to: state, at: '2026' }),
    );
    await expect(lifecycle.launch(threadId)).rejects.toMatchObject({ code: 'thread_paused' });
  });

  it('refuses an answer where no question waits, and accepts it where one does', async () => {
    const command = { resume: false };
    const idle = await lifecycle.newThread();
    await expect(lifecycle.launch(idle, { kwargs: { command } })).rejects.toMatchObject({
      code: 'invalid_transition',
    });
    const waiting = await lifecycle.newThread({
      interrupts: { task: [{ id: 'a'.repeat(32), value: 'go?' }] },
    });
    expect(await lifecycle.launch(waiting, { kwargs: { command } })).toMatchObject({ state: 'pending' });
  });

  it('has a run that waits for any fraction of a second be due at a whole millisecond, as Postgres keeps it', async () => {
    const run = await lifecycle.launch(await lifecycle.newThread(), { kwargs: { after_seconds: 1.0001 } });
    expect(run.dueMs).toBe(Date.parse(AT) + 1001);
  });

  it('refuses a thread that is not there', async () => {
    await expect(lifecycle.launch(crypto.randomUUID())).rejects.toMatchObject({ code: 'thread_not_found' });
  });
});

describe('claiming', () => {
  it('gives a run to one owner only', async () => {
    const { runId } = await lifecycle.launch(await lifecycle.newThread());
    const claims = await Promise.all(['a', 'b', 'c'].map((owner) => lifecycle.claimRun({ runId, owner })));
    expect(claims.filter((claimed) => claimed !== undefined)).toHaveLength(1);
  });

  it('begins an attempt and raises the fence', async () => {
    const claimed = await claimedOn();
    expect(claimed.run).toMatchObject({ state: 'running', attempt: 1 });
    expect(await threadOf(claimed)).toMatchObject({
      fence: claimed.lease.fence,
      activeRunId: claimed.run.runId,
    });
  });

  it('does not give away a run that was cancelled while it waited', async () => {
    const launched = await lifecycle.launch(await lifecycle.newThread());
    await lifecycle.cancel(launched);
    expect(await lifecycle.claimRun({ runId: launched.runId, owner: 'late' })).toBeUndefined();
  });

  it('acquires nothing of a thread that was deleted meanwhile, and leaves no lease behind', async () => {
    const claimed = await claimedOn();
    const { threadId } = claimed.run;
    await lifecycle.storage.transaction(async (l) => {
      await l.threads.markDeleted(threadId);
      await l.threads.remove(threadId);
    });
    expect(await lifecycle.acquire(claimed.lease)).toBe(false);
    expect(await lifecycle.storage.checkpoints.acquire({ ...claimed.lease, fence: 1, token: 'new' })).toBe(
      true,
    );
  });
});

const failure = { reason: 'graph_error', error: 'Error', message: 'no' } as const;
const ENDS: [string, RunOutcome, RunState, ThreadStatus][] = [
  ['finished', { kind: 'finished' }, 'success', 'idle'],
  ['asked', { kind: 'interrupted' }, 'interrupted', 'interrupted'],
  ['failed', { kind: 'failed', failure }, 'error', 'error'],
  ['was cancelled', { kind: 'aborted', reason: 'cancel' }, 'cancelled', 'idle'],
  ['was stopped', { kind: 'aborted', reason: 'stop' }, 'stopped', 'interrupted'],
  ['took too long', { kind: 'aborted', reason: 'timeout' }, 'timeout', 'error'],
  ['was drained for a shutdown', { kind: 'drained' }, 'pending', 'busy'],
  ['was cut off by a shutdown', { kind: 'aborted', reason: 'shutdown' }, 'pending', 'busy'],
];

describe('settling a run', () => {
  it.each(ENDS)('that %s', async (...[, outcome, state, status]) => {
    const claimed = await claimedOn();
    expect(await lifecycle.settle(claimed, outcome)).toBe(state);
    expect(await threadOf(claimed)).toMatchObject({ status, leaseToken: null, activeRunId: null });
    expect((await lifecycle.storage.runs.get(claimed.run.runId))?.failure ?? null).toEqual(
      failureIn(outcome),
    );
    expect((await due()).includes(claimed.run.runId)).toBe(state === 'pending');
  });

  it('stores its values, questions and last events together', async () => {
    const claimed = await claimedOn();
    const interrupts = { task: [{ id: 'b'.repeat(32), value: 0 }] };
    const events = [{ seq: 1, event: 'custom', data: '1', ref: null }];
    await lifecycle.settle(
      claimed,
      { kind: 'interrupted' },
      { values: '{"n":1}', interrupts, events, hasNext: true },
    );
    const { runId, threadId } = claimed.run;
    expect(await lifecycle.storage.threads.values(threadId)).toEqual({ runId, values: '{"n":1}' });
    expect((await threadOf(claimed))?.interrupts).toEqual(interrupts);
    expect(
      await lifecycle.storage.events.read({ threadId, runId, after: { fence: 0, seq: 0 }, limit: 9 }),
    ).toHaveLength(1);
  });

  it('writes nothing when the lease is lost', async () => {
    const claimed = await claimedOn();
    await lifecycle.reap({ held: { owner: lifecycle.owner }, reason: 'gone' });
    expect(await lifecycle.settle(claimed, { kind: 'finished' }, { values: '{"late":1}' })).toBeUndefined();
    expect(await lifecycle.stateOf(claimed.run)).toBe('pending');
    expect(await lifecycle.storage.threads.values(claimed.run.threadId)).toBeUndefined();
    const append = lifecycle.storage.events.append({
      lease: claimed.lease,
      runId: claimed.run.runId,
      events: [{ seq: 1, event: 'custom', data: '1', ref: null }],
    });
    await expect(append).rejects.toThrow(LeaseLostError);
  });

  it('that is paused calls the thread interrupted, also with a question and a run that waits behind', async () => {
    const threadId = await lifecycle.newThread();
    const claimed = await claimedOn(threadId);
    await lifecycle.launch(threadId, { strategy: 'enqueue' });
    await lifecycle.pause(threadId);
    const interrupts = { task: [{ id: 'c'.repeat(32), value: 0 }] };
    await lifecycle.settle(claimed, { kind: 'drained' }, { interrupts, hasNext: true });
    expect(await threadOf(claimed)).toMatchObject({
      status: 'interrupted',
      interrupts,
      lifecycle: { state: 'paused' },
    });
  });

  it('calls the thread busy while another run waits behind', async () => {
    const threadId = await lifecycle.newThread();
    const claimed = await claimedOn(threadId);
    await lifecycle.launch(threadId, { strategy: 'enqueue' });
    await lifecycle.settle(claimed, { kind: 'failed', failure });
    expect(await threadOf(claimed)).toMatchObject({ status: 'busy' });
  });
});

describe('cancelling several', () => {
  it.each(['named', 'all'] as const)('ends those that wait behind others first (%s)', async (which) => {
    const { deps } = lifecycle;
    const threadId = await lifecycle.newThread();
    const first = await lifecycle.launch(threadId);
    const runIds = [first.runId, (await lifecycle.launch(threadId, { strategy: 'enqueue' })).runId];
    const ended: string[] = [];
    const cancelRun = async ({ runId }: { runId: string }) => ended.push(runId);
    const states: RunState[] = ['pending'];
    await createCancelRuns({ ...deps, cancelRun })({
      which: which === 'named' ? { threadId, runIds } : { states },
      action: 'interrupt',
      actor: 'user',
    });
    expect(ended.filter((runId) => runIds.includes(runId))).toEqual(runIds.toReversed());
  });
});

describe('pausing', () => {
  it('tells whoever follows a run that waits so, also while the state of its thread is edited', async () => {
    const { storage, deps, owner } = lifecycle;
    const threadId = await lifecycle.newThread();
    const claim = { threadId, runId: null, token: 'edit', owner, expiresAt: deps.clock.now() };
    const lease = (await storage.transaction((l) => l.threads.claim(claim)))!;
    const { runId } = await lifecycle.launch(threadId);
    await lifecycle.pause(threadId);
    const events = await storage.events.read({ threadId, runId, after: { fence: 0, seq: 0 }, limit: 9 });
    expect(events.map(({ event }) => event)).toEqual(['values', 'lifecycle']);
    expect(await storage.threads.release(lease)).toBe(true);
  });

  it('refuses a run whose assistant is gone, which is cancelled', async () => {
    const { storage, deps } = lifecycle;
    const threadId = await lifecycle.newThread();
    const left = run(threadId);
    await storage.transaction((l) => l.runs.insert(left));
    await expect(lifecycle.pause(threadId)).rejects.toMatchObject({ code: 'invalid_transition' });
    const other = await lifecycle.launch(await lifecycle.newThread());
    await createCancelOrphans({ ...deps, cancelRun: createCancelRun(deps) })();
    expect([await lifecycle.stateOf(left), await lifecycle.stateOf(other)]).toEqual(['cancelled', 'pending']);
  });
});

describe('taking back what a lost worker held', () => {
  const reap = (culprit?: string) =>
    lifecycle.reap({ held: { owner: lifecycle.owner }, culprit, reason: 'lost' });
  const spentOf = async ({ runId }: { runId: string }) => (await lifecycle.storage.runs.get(runId))?.spent;

  it('puts its runs back in the queue; without progress each has spent an attempt', async () => {
    const [a, b] = [await claimedOn(), await claimedOn()];
    expect(await reap()).toBe(2);
    expect([await lifecycle.stateOf(a.run), await lifecycle.stateOf(b.run)]).toEqual(['pending', 'pending']);
    expect([await spentOf(a.run), await spentOf(b.run)]).toEqual([1, 1]);
    expect(await due()).toEqual(expect.arrayContaining([a.run.runId, b.run.runId]));
  });

  it('lets only the run that blocked the worker spend an attempt', async () => {
    const [guilty, other] = [await claimedOn(), await claimedOn()];
    await reap(guilty.run.runId);
    expect([await spentOf(guilty.run), await spentOf(other.run)]).toEqual([1, 0]);
  });

  it('fails a run whose attempts are used up, saying why', async () => {
    const claimed = await claimedOn();
    await reap(claimed.run.runId);
    await lifecycle.claim(claimed.run);
    await reap(claimed.run.runId);
    expect(await lifecycle.storage.runs.get(claimed.run.runId)).toMatchObject({
      state: 'error',
      failure: { reason: 'attempts_exhausted', message: expect.stringContaining('lost') as string },
    });
    expect(await threadOf(claimed)).toMatchObject({ status: 'error', leaseToken: null });
  });

  it('shows what the last checkpoint of a run that ends has, where its graph cannot be asked', async () => {
    const claimed = await claimedOn();
    const { run, lease } = claimed;
    await lifecycle.storage.threads.patch(run.threadId, { graphId: 'agent', updatedAt: run.createdAt });
    await lifecycle.acquire(lease);
    const writer = await lifecycle.storage.checkpoints.writer({ lease, runId: run.runId, metadata: {} });
    await writer.put(
      { configurable: { thread_id: run.threadId, checkpoint_ns: '' } },
      { ...emptyCheckpoint(), channel_values: { n: 7, 'branch:to:next': null } },
      { source: 'loop', step: 1, parents: {} },
      {},
    );
    await lifecycle.cancel(run);
    await reap();
    const values = await lifecycle.storage.threads.values(run.threadId);
    expect(values).toEqual({ runId: run.runId, values: '{"n":7}' });
  });

  it('of an edit of a thread whose run is paused leaves the thread interrupted', async () => {
    const { deps, storage, owner, securePause } = lifecycle;
    const threadId = await lifecycle.newThread({ graphId: 'agent' });
    await lifecycle.launch(threadId);
    await lifecycle.pause(threadId);
    const claim = { threadId, runId: null, token: 'edit', owner, expiresAt: deps.clock.now() };
    const lease = (await storage.transaction((l) => l.threads.claim(claim)))!;
    await lifecycle.acquire(lease);
    const writer = await storage.checkpoints.writer({ lease, runId: 'edit', metadata: {} });
    await writer.put(
      { configurable: { thread_id: threadId, checkpoint_ns: '' } },
      emptyCheckpoint(),
      { source: 'update', step: 1, parents: {} },
      {},
    );
    const readThread = () => Promise.resolve({ next: ['a'], values: '{}', interrupts: {}, hasNext: true });
    await createReapRuns({ ...deps, securePause, readThread })({ held: { owner }, reason: 'gone' });
    expect(await storage.threads.get(threadId)).toMatchObject({ status: 'interrupted', leaseToken: null });
  });

  it('honours a cancel that was asked for meanwhile', async () => {
    const claimed = await claimedOn();
    await lifecycle.cancel(claimed.run);
    await reap();
    expect(await lifecycle.stateOf(claimed.run)).toBe('cancelled');
  });
});

describe('cancelling', () => {
  it('ends a run that waits at once and lets the next go on', async () => {
    const threadId = await lifecycle.newThread();
    const first = await lifecycle.launch(threadId);
    const second = await lifecycle.launch(threadId, { strategy: 'enqueue' });
    expect(await lifecycle.cancel(first)).toMatchObject({ state: 'cancelled' });
    expect(await due()).toContain(second.runId);
  });

  it('of a run behind one that is paused leaves the thread interrupted', async () => {
    const threadId = await lifecycle.newThread();
    await lifecycle.launch(threadId);
    await lifecycle.pause(threadId);
    await lifecycle.cancel(await lifecycle.launch(threadId, { strategy: 'enqueue' }));
    expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({
      status: 'interrupted',
      lifecycle: { state: 'paused' },
    });
  });

  it('leaves a durable word for a run that a worker holds, with its line in the log', async () => {
    const { run } = await claimedOn();
    await lifecycle.cancel(run);
    expect(await lifecycle.storage.runs.get(run.runId)).toMatchObject({
      state: 'running',
      desired: 'cancel',
    });
    expect((await lifecycle.logOf(run.threadId)).at(-1)).toEqual(['requestCancel', 'running', 'running']);
  });

  it.each([
    [
      'the worker that holds it',
      (claimed: ClaimedRun) => lifecycle.settle(claimed, { kind: 'aborted', reason: 'cancel' }),
    ],
    [
      'whoever finds that worker gone',
      () => lifecycle.reap({ held: { owner: lifecycle.owner }, reason: 'gone' }),
    ],
  ])('is said to be of who asked for it, also where %s ends the run', async (_, end) => {
    const claimed = await claimedOn();
    const { runId, threadId } = claimed.run;
    await createCancelRun(lifecycle.deps)({ runId, threadId, actor: 'key:anna' });
    await end(claimed);
    expect((await lifecycle.storage.log.read(threadId)).at(-1)).toMatchObject({
      kind: 'cancel',
      actor: 'key:anna',
    });
  });

  it('refuses a run that has ended, naming its state', async () => {
    const claimed = await claimedOn();
    await lifecycle.settle(claimed, { kind: 'finished' });
    await expect(lifecycle.cancel(claimed.run)).rejects.toMatchObject({
      code: 'invalid_transition',
      details: { state: 'success' },
    });
  });
});
