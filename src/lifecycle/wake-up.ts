import type { SignalBus } from '../storage/ports.ts';

/** A reader looks this often although no signal came: a lost signal costs this much, never an event. */
const LOOK_AGAIN_MS = 1000;

/** Waits for news of one thread. News that comes between two waits is not lost. */
export interface WakeUp {
  /** Resolves when there is news, after a second at the latest, or when `signal` aborts. */
  next(signal?: AbortSignal): Promise<void>;
  stop(): void;
}

/** @param kinds what counts as news; `rest` is all of `thread` but that a run began to work */
export const createWakeUp = (
  signals: SignalBus,
  threadId: string,
  kinds: readonly ('thread' | 'rest' | 'events')[],
): WakeUp => {
  let news = false;
  let wake = (): void => {};
  const unsubscribe = signals.subscribe((signal) => {
    if (signal.kind !== 'thread' && signal.kind !== 'events') return;
    if (signal.threadId !== threadId) return;
    const rests = signal.kind === 'thread' && !signal.claimed && kinds.includes('rest');
    if (!rests && !kinds.includes(signal.kind)) return;
    news = true;
    wake();
  });
  return {
    next: async (signal) => {
      if (!news && !signal?.aborted) await new Promise<void>((resolve) => (wake = once(resolve, signal)));
      news = false;
    },
    stop: unsubscribe,
  };
};

/** Calls `resolve` when called, when time is up or when `signal` aborts, and then leaves nothing behind. */
const once = (resolve: () => void, signal: AbortSignal | undefined): (() => void) => {
  const done = (): void => {
    clearTimeout(timer);
    signal?.removeEventListener('abort', done);
    resolve();
  };
  const timer = setTimeout(done, LOOK_AGAIN_MS);
  signal?.addEventListener('abort', done);
  return done;
};
