import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createKeepLatest } from '../../src/lifecycle/prune-threads.ts';
import { createTrimThreads } from '../../src/lifecycle/trim-threads.ts';
import type { Thread } from '../../src/model/thread.ts';
import { checkpoint } from '../storage/checkpoint-fixture.ts';
import { AT } from '../storage/ports/records.ts';
import { openLifecycle, type Lifecycle } from './bench.ts';

const HOUR_MS = 3_600_000;
const CHECKPOINTS = 6;
const METADATA = { source: 'loop', step: 1, parents: {} } as const;

describe('trimming', () => {
  let lifecycle: Lifecycle;

  beforeEach(async () => {
    lifecycle = await openLifecycle();
  });

  afterEach(() => lifecycle.storage.close());

  const threadWith = async (of: Partial<Thread> = {}): Promise<string> => {
    const threadId = await lifecycle.newThread({ graphId: 'agent', ...of });
    const { checkpoints } = lifecycle.storage;
    const lease = { threadId, fence: 0, token: 'first' };
    await checkpoints.acquire(lease);
    const writer = await checkpoints.writer({ lease, runId: 'run', metadata: {} });
    for (let index = 0; index < CHECKPOINTS; index += 1) {
      const parent = index === 0 ? {} : { checkpoint_id: `id-${index - 1}` };
      const config = { configurable: { thread_id: threadId, checkpoint_ns: '', ...parent } };
      await writer.put(config, checkpoint(`id-${index}`, { index }), METADATA, {});
    }
    return threadId;
  };

  const countOf = async (threadId: string): Promise<number> =>
    (await lifecycle.storage.checkpoints.size(threadId)).checkpoints.count;

  const trim = (keep: number, standsAlone = true) => {
    const keepLatest = createKeepLatest({ ...lifecycle.deps, standsAlone: async () => standsAlone });
    return createTrimThreads({ ...lifecycle.deps, keep, keepLatest });
  };

  it('keeps the last checkpoints of an idle thread, and the state with them', async () => {
    const threadId = await threadWith();
    await trim(2)(Date.parse(AT) + HOUR_MS);
    expect(await countOf(threadId)).toBe(2);
    const { reader } = lifecycle.storage.checkpoints;
    const tuple = await reader.getTuple({ configurable: { thread_id: threadId, checkpoint_ns: '' } });
    expect(tuple?.checkpoint.channel_values).toEqual({ index: CHECKPOINTS - 1 });
    expect(tuple?.parentConfig?.configurable).toMatchObject({ checkpoint_id: `id-${CHECKPOINTS - 2}` });
    expect(await lifecycle.storage.threads.get(threadId)).toMatchObject({ updatedAt: AT, leaseToken: null });
  });

  it('leaves alone what waits, is paused, failed, is at work or was idle for too short', async () => {
    const at = await Promise.all([
      threadWith({ status: 'interrupted' }),
      threadWith({ status: 'error' }),
      threadWith({ status: 'busy' }),
      threadWith({ updatedAt: new Date(Date.parse(AT) + HOUR_MS).toISOString() }),
    ]);
    const queued = await threadWith();
    await lifecycle.launch(queued);
    await trim(1)(Date.parse(AT) + HOUR_MS);
    for (const threadId of [...at, queued]) expect(await countOf(threadId)).toBe(CHECKPOINTS);
  });

  it('leaves alone a graph whose checkpoints need those before them, and everything when it is off', async () => {
    const threadId = await threadWith();
    await trim(1, false)(Date.parse(AT) + HOUR_MS);
    await trim(0)(Date.parse(AT) + HOUR_MS);
    expect(await countOf(threadId)).toBe(CHECKPOINTS);
  });
});
