import type { SignalBus } from '../storage/ports.ts';
import type { RequestPause } from './pause-thread.ts';

/** A worker whose step leaves it no time to hear is not waited for longer: the pause is on disk. */
const HEARD_MS = 250;

/**
 * The same, and when it answers the worker has heard of it: the step that runs then is the last before the pause. A
 * worker that is too busy to hear within `withinMs` may begin one more.
 */
export const createHeardPause = (
  signals: SignalBus,
  requestPause: RequestPause,
  withinMs = HEARD_MS,
): RequestPause => {
  return async (input) => {
    const obeyed = new Set<string>();
    let told = (): void => {};
    const unsubscribe = signals.subscribe((signal) => {
      if (signal.kind !== 'obeyed') return;
      obeyed.add(signal.runId);
      told();
    });
    try {
      const asked = await requestPause(input);
      const { runId, state } = asked.pause;
      if (!asked.created || state !== 'draining' || obeyed.has(runId)) return asked;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        told = () => {
          if (!obeyed.has(runId)) return;
          clearTimeout(timer);
          resolve();
        };
      });
      return asked;
    } finally {
      unsubscribe();
    }
  };
};
