import { emptyCheckpoint } from '@langchain/langgraph-checkpoint';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ClaimedRun } from '../../src/engine/run-config.ts';
import { createSettleRun } from '../../src/lifecycle/settle-run.ts';
import { LeaseLostError } from '../../src/model/errors.ts';
import { openEmbeddedStorage } from '../../src/storage/embedded/open.ts';
import type { Storage } from '../../src/storage/ports.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

/** The stale owner has its own connections, as a process that was stopped and wakes up has. */
describe('an owner whose thread was taken over', () => {
  let lifecycle: Lifecycle;
  let stale: Storage;

  beforeAll(async () => {
    lifecycle = await openLifecycle();
    stale = await openEmbeddedStorage({ dataDir: lifecycle.dataDir, synchronous: 'NORMAL' });
  });

  afterAll(async () => {
    await stale.close();
    await lifecycle.storage.close();
  });

  const writerOf = ({ checkpoints }: Storage, { run, lease }: ClaimedRun) =>
    checkpoints.writer({ lease, runId: run.runId, metadata: {} });

  const put = async (storage: Storage, claimed: ClaimedRun) =>
    (await writerOf(storage, claimed)).put(
      { configurable: { thread_id: claimed.run.threadId, checkpoint_ns: '' } },
      emptyCheckpoint(),
      { source: 'loop', step: 1, parents: {} },
      {},
    );

  const append = ({ events }: Storage, { run, lease }: ClaimedRun, seq: number) =>
    events.append({ lease, runId: run.runId, events: [{ seq, event: 'custom', data: '1', ref: null }] });

  /** A run that had one owner, who wrote, and has another now. */
  const takenOver = async (): Promise<{ old: ClaimedRun; now: ClaimedRun }> => {
    const launched = await lifecycle.launch(await lifecycle.newThread());
    const old = await lifecycle.claim(launched);
    await stale.checkpoints.acquire(old.lease);
    await put(stale, old);
    await append(stale, old, 1);
    await lifecycle.reap({ held: { owner: lifecycle.owner }, reason: 'it did not answer' });
    const now = await lifecycle.claim(launched);
    expect(await lifecycle.acquire(now.lease)).toBe(true);
    return { old, now };
  };

  it('stores no checkpoint', async () => {
    const { old, now } = await takenOver();
    await expect(put(stale, old)).rejects.toThrow(LeaseLostError);
    await put(lifecycle.storage, now);
  });

  it('stores no writes of a task', async () => {
    const { old, now } = await takenOver();
    const stored = await put(lifecycle.storage, now);
    const late = (await writerOf(stale, old)).putWrites(stored, [['trail', 'late']], 'task');
    await expect(late).rejects.toThrow(LeaseLostError);
  });

  it('logs no event', async () => {
    const { old, now } = await takenOver();
    await expect(append(stale, old, 2)).rejects.toThrow(LeaseLostError);
    await append(lifecycle.storage, now, 1);
    const { threadId } = now.run;
    const log = await stale.events.read({ threadId, after: { fence: 0, seq: 0 }, limit: 10 });
    expect(log.map(({ cursor }) => cursor)).toEqual([
      { fence: old.lease.fence, seq: 1 },
      { fence: now.lease.fence, seq: 1 },
    ]);
  });

  it('settles nothing', async () => {
    const { old, now } = await takenOver();
    const settleLate = createSettleRun({
      ...lifecycle.deps,
      storage: stale,
      securePause: lifecycle.securePause,
    });
    const result = { interrupts: {}, hasNext: false, events: [], lastSeq: 0, progressed: true };
    expect(
      await settleLate(old, { ...result, outcome: { kind: 'finished' }, values: '{"late":1}' }),
    ).toBeUndefined();
    expect(await lifecycle.stateOf(now.run)).toBe('running');
    expect(await lifecycle.storage.threads.values(now.run.threadId)).toBeUndefined();
    expect(await lifecycle.settle(now, { kind: 'finished' })).toBe('success');
  });

  it('cannot make itself the writer again', async () => {
    const { old } = await takenOver();
    expect(await stale.checkpoints.acquire(old.lease)).toBe(false);
  });
});
