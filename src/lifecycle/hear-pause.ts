import type { Pause } from '../model/pause.ts';
import type { SignalBus } from '../storage/ports.ts';
import type { RequestPause } from './pause-thread.ts';
import type { WithdrawPause } from './withdraw-pause.ts';

/** A worker whose step leaves it no time to hear is not waited for longer: what was said is on disk. */
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
  const whenHeard = createWhenHeard(signals, withinMs);
  return (input) =>
    whenHeard({
      order: () => requestPause(input),
      runOf: ({ created, pause }) => (created && pause.state === 'draining' ? pause.runId : undefined),
    });
};

/** The same, and when it answers the worker has heard of it: unless its step has ended, the attempt goes on. */
export const createHeardWithdrawal = (
  signals: SignalBus,
  withdrawPause: WithdrawPause,
  withinMs = HEARD_MS,
): WithdrawPause => {
  const whenHeard = createWhenHeard(signals, withinMs);
  return (input) => whenHeard<Pause>({ order: () => withdrawPause(input), runOf: ({ runId }) => runId });
};

interface Order<T> {
  order: () => Promise<T>;
  /** Whose worker is to hear of it; undefined when none has to. */
  runOf: (given: T) => string | undefined;
}

/** Gives an order, and answers when the worker that has the run has heard of it, or does not in time. */
const createWhenHeard =
  (signals: SignalBus, withinMs: number) =>
  async <T>({ order, runOf }: Order<T>): Promise<T> => {
    const obeyed = new Set<string>();
    let told = (): void => {};
    const unsubscribe = signals.subscribe((signal) => {
      if (signal.kind !== 'obeyed') return;
      obeyed.add(signal.runId);
      told();
    });
    try {
      const given = await order();
      const runId = runOf(given);
      if (runId === undefined || obeyed.has(runId)) return given;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, withinMs);
        told = () => {
          if (!obeyed.has(runId)) return;
          clearTimeout(timer);
          resolve();
        };
      });
      return given;
    } finally {
      unsubscribe();
    }
  };
