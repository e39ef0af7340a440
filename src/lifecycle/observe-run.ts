import { isActive } from '../model/run-state.ts';
import { LOG_START, type EventCursor, type RunEvent } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import { encodeState } from '../model/state-json.ts';
import type { Storage } from '../storage/ports.ts';
import { runNotFound } from '../model/not-found.ts';
import { createWakeUp } from './wake-up.ts';

/** Events read at once: bounds what one reader holds in memory, however slow it is. */
const PAGE = 500;

/** A line of a run's event log as a reader gets it: `data` is JSON text. */
export interface ObservedEvent {
  cursor: EventCursor;
  event: string;
  data: string;
}

/** The run, if it is on this thread. */
export const createGetRun = ({ storage }: { storage: Storage }) => {
  return async (input: { threadId: string; runId: string }): Promise<Run> => {
    const run = await storage.runs.get(input.runId);
    if (run?.threadId !== input.threadId) throw runNotFound(input.runId);
    return run;
  };
};

/**
 * Resolves with the run once it is at rest: ended, waiting for a person, paused or stopped. Undefined when it
 * was deleted. Ends early, with the run as it is, when `signal` aborts.
 */
export const createAwaitRun = ({ storage }: { storage: Storage }) => {
  return async (input: {
    threadId: string;
    runId: string;
    signal?: AbortSignal;
  }): Promise<Run | undefined> => {
    const wakeUp = createWakeUp(storage.signals, input.threadId);
    try {
      for (;;) {
        const run = await storage.runs.get(input.runId);
        if (!run || !isActive(run.state) || input.signal?.aborted) return run;
        await wakeUp.next(input.signal);
      }
    } finally {
      wakeUp.stop();
    }
  };
};

/**
 * The events of a run after `after`, first those in the log, then new ones as they are written, until the run
 * is at rest. Each reader reads the log at its own pace: a slow one holds a page, and nobody up.
 */
export const createFollowRun = ({ storage }: { storage: Storage }) => {
  return async function* (input: {
    run: Run;
    after?: EventCursor;
    signal: AbortSignal;
  }): AsyncGenerator<ObservedEvent[]> {
    const { threadId, runId, fenceFloor } = input.run;
    const wakeUp = createWakeUp(storage.signals, threadId);
    let after = laterOf(input.after ?? LOG_START, { fence: fenceFloor, seq: Number.MAX_SAFE_INTEGER });
    try {
      while (!input.signal.aborted) {
        const run = await storage.runs.get(runId);
        const events = await storage.events.read({ threadId, runId, after, limit: PAGE });
        const last = events.at(-1);
        if (last) {
          after = last.cursor;
          yield await Promise.all(events.map((event) => observed(storage, threadId, event)));
        }
        if (events.length === PAGE) continue;
        if (!run || !isActive(run.state)) return;
        await wakeUp.next(input.signal);
      }
    } finally {
      wakeUp.stop();
    }
  };
};

const laterOf = (a: EventCursor, b: EventCursor): EventCursor =>
  a.fence > b.fence || (a.fence === b.fence && a.seq > b.seq) ? a : b;

/** With its payload: a reference is replaced by the values of the checkpoint it names. */
const observed = async (storage: Storage, threadId: string, event: RunEvent): Promise<ObservedEvent> => {
  const { cursor, ref } = event;
  if (!ref) return { cursor, event: event.event, data: event.data ?? 'null' };
  const tuple = await storage.checkpoints.reader.getTuple({
    configurable: { thread_id: threadId, checkpoint_ns: ref.ns, checkpoint_id: ref.checkpointId },
  });
  const values = tuple?.checkpoint.channel_values ?? {};
  const data = encodeState(Object.fromEntries(ref.keys.map((key) => [key, values[key]])));
  return { cursor, event: event.event, data };
};
