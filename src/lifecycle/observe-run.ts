import { isActive } from '../model/run-state.ts';
import { LOG_START, type EventCursor, type RunEvent, type ValuesRef } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import { encodeState } from '../model/state-json.ts';
import type { Storage } from '../storage/ports.ts';
import { runNotFound } from '../model/not-found.ts';
import { createWakeUp } from './wake-up.ts';

/** Events read at once: a few at first, more while they are small. With the next it bounds what a reader holds. */
const PAGE = { first: 20, most: 500 };
/** Characters handed on at once. */
const BATCH = 256 * 1024;

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
    const wakeUp = createWakeUp(storage.signals, input.threadId, ['thread']);
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
 * is at rest. Each reader reads the log at its own pace: a slow one holds a batch, and nobody up.
 */
export const createFollowRun = ({ storage }: { storage: Storage }) => {
  return async function* (input: {
    run: Run;
    after?: EventCursor;
    signal: AbortSignal;
  }): AsyncGenerator<ObservedEvent[]> {
    const { threadId, runId, fenceFloor } = input.run;
    const wakeUp = createWakeUp(storage.signals, threadId, ['thread', 'events']);
    let after = laterOf(input.after ?? LOG_START, { fence: fenceFloor, seq: Number.MAX_SAFE_INTEGER });
    let limit = PAGE.first;
    try {
      while (!input.signal.aborted) {
        const run = await storage.runs.get(runId);
        const events = await storage.events.read({ threadId, runId, after, limit });
        after = events.at(-1)?.cursor ?? after;
        let batches = 0;
        for await (const batch of inBatches(storage, threadId, events)) {
          batches++;
          yield batch;
        }
        const full = events.length === limit;
        limit = batches > 1 ? PAGE.first : Math.min(limit * 2, PAGE.most);
        if (full) continue;
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

/** Events with their payloads, no more at once than a batch and the one that fills it. */
async function* inBatches(
  storage: Storage,
  threadId: string,
  events: RunEvent[],
): AsyncGenerator<ObservedEvent[]> {
  let batch: ObservedEvent[] = [];
  let size = 0;
  for (const { cursor, event, data, ref } of events) {
    const text = ref ? await referred(storage, threadId, ref) : (data ?? 'null');
    batch.push({ cursor, event, data: text });
    size += text.length;
    if (size < BATCH) continue;
    yield batch;
    [batch, size] = [[], 0];
  }
  if (batch.length > 0) yield batch;
}

/** The values of the checkpoint a reference names. */
const referred = async (storage: Storage, threadId: string, ref: ValuesRef): Promise<string> => {
  const tuple = await storage.checkpoints.reader.getTuple({
    configurable: { thread_id: threadId, checkpoint_ns: ref.ns, checkpoint_id: ref.checkpointId },
  });
  const values = tuple?.checkpoint.channel_values ?? {};
  return encodeState(Object.fromEntries(ref.keys.map((key) => [key, values[key]])));
};
