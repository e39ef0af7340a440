import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createFollowRun } from '../../src/lifecycle/observe-run.ts';
import { createWatchChanges } from '../../src/lifecycle/watch-changes.ts';
import { createWakeUp } from '../../src/lifecycle/wake-up.ts';
import { createProcessSignalBus } from '../../src/storage/embedded/signal-bus.ts';
import { openLifecycle } from './bench.ts';

describe('a reader that waits for news of a thread', () => {
  const signals = createProcessSignalBus();
  const news = (threadId = 't') => signals.publish({ kind: 'thread', threadId });

  it('is woken by news of that thread, also by news that came before it waited', async () => {
    const wakeUp = createWakeUp(signals, 't', ['thread']);
    const woken = wakeUp.next();
    news();
    await woken;
    news();
    expect(await wakeUp.next()).toBeUndefined();
    wakeUp.stop();
  });

  it('looks by itself after a while, when the signal was lost or was of another thread', async () => {
    vi.useFakeTimers();
    const wakeUp = createWakeUp(signals, 't', ['thread']);
    const woken = wakeUp.next();
    news('another');
    await vi.advanceTimersByTimeAsync(1000);
    expect(await woken).toBeUndefined();
    wakeUp.stop();
    vi.useRealTimers();
  });

  it('leaves nothing behind on the signal it waits with, however it was woken', async () => {
    vi.useFakeTimers();
    const controller = new AbortController();
    const wakeUp = createWakeUp(signals, 't', ['thread']);
    const byTime = wakeUp.next(controller.signal);
    await vi.advanceTimersByTimeAsync(1000);
    await byTime;
    const byNews = wakeUp.next(controller.signal);
    news();
    await byNews;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    const byAbort = wakeUp.next(controller.signal);
    controller.abort();
    await byAbort;
    expect(getEventListeners(controller.signal, 'abort')).toEqual([]);
    wakeUp.stop();
    vi.useRealTimers();
  });
});

describe('a reader of a run', () => {
  it('says that it follows a run that a worker has, unless its events are written at once anyway', async () => {
    const lifecycle = await openLifecycle();
    const { signals } = lifecycle.storage;
    const followRun = createFollowRun(lifecycle.deps);
    const readers = new AbortController();
    const told: string[] = [];
    const waits = async (live: boolean, from: string) => {
      const run = await lifecycle.launch(from, { kwargs: { live } });
      await lifecycle.claim(run);
      const batch = followRun({ run, signal: readers.signal }).next();
      return { run, batch };
    };
    signals.subscribe((signal) => signal.kind === 'followed' && told.push(signal.threadId));
    const queued = await lifecycle.launch(await lifecycle.newThread());
    const early = followRun({ run: queued, signal: readers.signal }).next();
    const live = await waits(true, await lifecycle.newThread());
    const first = await waits(false, await lifecycle.newThread());
    const { run } = first;
    const second = followRun({ run, signal: readers.signal }).next();
    await expect.poll(() => told).toEqual([run.threadId]);
    readers.abort();
    await Promise.all([early, live.batch, first.batch, second]);
    expect(told).toEqual([run.threadId]);
    await lifecycle.storage.close();
  });

  it('is also who watches all changes, of every run that begins to work or has events', async () => {
    const lifecycle = await openLifecycle();
    const { signals } = lifecycle.storage;
    const watching = new AbortController();
    const told: string[] = [];
    signals.subscribe((signal) => signal.kind === 'followed' && told.push(signal.threadId));
    const changes = createWatchChanges(lifecycle.deps)(watching.signal);
    const first = changes.next();
    await lifecycle.storage.log.end(); // it listens
    signals.publish({ kind: 'thread', threadId: 'ended' });
    signals.publish({ kind: 'thread', threadId: 'begun', claimed: true });
    signals.publish({ kind: 'events', threadId: 'under way' });
    expect(told).toEqual(['begun', 'under way']);
    expect((await first).value).toMatchObject({ threads: ['ended', 'begun', 'under way'], control: false });
    watching.abort();
    await changes.return(undefined);
    await lifecycle.storage.close();
  });
});
