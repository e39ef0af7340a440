import { isActive, isHeld } from '../model/run-state.ts';
import { LOG_START, type EventCursor, type RunEvent } from '../model/run-event.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import { runNotFound } from '../model/not-found.ts';
import { createReadBatches, type ObservedEvent, type ReadEventsDeps } from './read-events.ts';
import { createSharedLook } from './shared-look.ts';
import { createTellFollowed } from './tell-followed.ts';
import { createWakeUp } from './wake-up.ts';

/** Events read at once: a few at first, more while they are small. With the next it bounds what a reader holds. */
const PAGE = { first: 20, most: 500 };

/** The run, if it is on this thread, where one is given. */
export const createGetRun = ({ storage }: { storage: Storage }) => {
  return async ({ threadId, runId }: { threadId?: string | undefined; runId: string }): Promise<Run> => {
    const run = await storage.runs.get(runId);
    if (!run || (threadId !== undefined && run.threadId !== threadId)) throw runNotFound(runId);
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
    const wakeUp = createWakeUp(storage.signals, input.threadId, ['rest']);
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
 * is at rest. Each reader reads the log at its own pace: a slow one holds a batch, and nobody up. Those who are woken
 * at the same place at the same time share one look at it.
 */
export const createFollowRun = ({ storage, showQuestion }: ReadEventsDeps) => {
  const inBatches = createReadBatches({ storage, ...(showQuestion && { showQuestion }) });
  const tellFollowed = createTellFollowed(storage.signals);
  const shared = createSharedLook<{ run: Run | undefined; events: RunEvent[] }>();
  /** The run first: of one that is at rest then, these are all events. */
  const look = (of: { threadId: string; runId: string; after: EventCursor; limit: number }) =>
    shared(`${of.runId} ${of.after.fence} ${of.after.seq} ${of.limit}`, async () => ({
      run: await storage.runs.get(of.runId),
      events: await storage.events.read(of),
    }));
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
        const { run, events } = await look({ threadId, runId, after, limit });
        after = events.at(-1)?.cursor ?? after;
        let batches = 0;
        for await (const batch of inBatches(threadId, events)) {
          batches++;
          yield batch;
        }
        const full = events.length === limit;
        limit = batches > 1 ? PAGE.first : Math.min(limit * 2, PAGE.most);
        if (full) continue;
        if (!run || !isActive(run.state)) return;
        if (gathersEvents(run)) tellFollowed(threadId);
        await wakeUp.next(input.signal);
      }
    } finally {
      wakeUp.stop();
    }
  };
};

/** Its worker lets events wait for others unless it hears that somebody reads them. */
const gathersEvents = ({ state, kwargs }: Run): boolean => isHeld(state) && !kwargs.live;

const laterOf = (a: EventCursor, b: EventCursor): EventCursor =>
  a.fence > b.fence || (a.fence === b.fence && a.seq > b.seq) ? a : b;
