import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createCopyThread } from '../../src/lifecycle/copy-thread.ts';
import { createFinishDeletions } from '../../src/lifecycle/delete-thread.ts';
import { AT } from '../storage/ports/records.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

describe('a copy that is being made', () => {
  let bench: Lifecycle;
  beforeEach(async () => {
    bench = await openLifecycle();
  });
  afterEach(() => bench.storage.close());

  /** Copies a thread; deletions are finished, so long after that has begun, before the checkpoints are copied. */
  const copyWhileFinishing = async (afterMs: number): Promise<string> => {
    const { deps, storage, newThread } = bench;
    const finish = createFinishDeletions({ ...deps, clock: { now: () => Date.parse(AT) + afterMs } });
    const copyThread = createCopyThread({
      ...deps,
      readThread: () => Promise.reject(new Error('nothing ran on it')),
      storage: {
        ...storage,
        checkpoints: {
          ...storage.checkpoints,
          copyThread: async (input) => {
            await finish();
            await storage.checkpoints.copyThread(input);
          },
        },
      },
    });
    return copyThread(await newThread());
  };

  it('is of nobody who launched the other', async () => {
    const { deps, storage, newThread } = bench;
    const source = await newThread({ metadata: { parent_thread_id: await newThread(), topic: 'tides' } });
    const copyThread = createCopyThread({
      ...deps,
      readThread: () => Promise.reject(new Error('nothing ran')),
    });
    const copy = await storage.threads.get(await copyThread(source));
    expect(copy?.metadata).toEqual({ topic: 'tides' });
  });

  it('is left alone', async () => {
    const copy = await copyWhileFinishing(60_000);
    expect(await bench.storage.threads.get(copy)).toMatchObject({ threadId: copy, updatedAt: AT });
  });

  it('fails, and does not answer an id that is not there, when it takes so long that it counts as lost', async () => {
    await expect(copyWhileFinishing(3_600_000)).rejects.toMatchObject({ code: 'storage_unavailable' });
  });
});
