import { getEventListeners } from 'node:events';
import { describe, expect, it, vi } from 'vitest';
import { createWakeUp } from '../../src/lifecycle/wake-up.ts';
import { createProcessSignalBus } from '../../src/storage/embedded/signal-bus.ts';

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
