import { LOG_START, type EventCursor, type RunEvent } from '../model/run-event.ts';
import { isActive, isHeld } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { Storage } from '../storage/ports.ts';
import { createReadBatches, type ReadEventsDeps, type ThreadEvent } from './read-events.ts';
import { createTellFollowed } from './tell-followed.ts';
import { createWakeUp } from './wake-up.ts';

/** Events read at once: a few at first, more while they are small. */
const PAGE = { first: 20, most: 500 };

/** What happens on a thread: events as they are in the log, and that a run came to rest, after its last event. */
export type ThreadNews =
  | { kind: 'events'; events: ThreadEvent[] }
  | { kind: 'rest'; run: Run }
  /** Everything there was, up to this line, has been told. */
  | { kind: 'caught_up'; after: EventCursor };

export interface FollowThread {
  threadId: string;
  after: EventCursor;
  /** The values of checkpoints are not wanted. */
  skipValues?: boolean;
  signal: AbortSignal;
}

/**
 * What happens on a thread after `after`, first what is in the log, then what comes, over all its runs, until the
 * reader leaves or the thread is deleted. A thread that is not there yet is waited for. Each reader reads the
 * log at its own pace: a slow one holds a batch, and nobody up.
 */
export const createFollowThread = (deps: ReadEventsDeps) => {
  const { storage } = deps;
  const inBatches = createReadBatches(deps);
  const tellFollowed = createTellFollowed(storage.signals);
  /** Lines with, before those of a further run, that the run before it is at rest. */
  async function* told(
    lines: RunEvent[],
    { runs, threadId, skipValues }: Telling,
  ): AsyncGenerator<ThreadNews> {
    for (const piece of runsOf(lines)) {
      yield* (await runs.now(piece[0]?.runId)).map((run) => news('rest', run));
      for await (const events of inBatches(threadId, piece, skipValues)) yield { kind: 'events', events };
    }
  }
  return async function* (input: FollowThread): AsyncGenerator<ThreadNews> {
    const { threadId, skipValues = false, signal } = input;
    const wakeUp = createWakeUp(storage.signals, threadId, ['thread', 'events']);
    const runs = createRunWatch(storage, threadId);
    let { after } = input;
    let limit = PAGE.first;
    try {
      while (!signal.aborted) {
        const atWork = await runs.look();
        const lines = await storage.events.read({ threadId, after, limit });
        after = lines.at(-1)?.cursor ?? after;
        yield* told(lines, { runs, threadId, skipValues });
        const full = lines.length === limit;
        limit = Math.min(limit * 2, PAGE.most);
        if (full || runs.isNew()) continue;
        yield* (await runs.atRest()).map((run) => news('rest', run));
        yield { kind: 'caught_up', after };
        if (runs.threadIsGone()) return;
        if (atWork) tellFollowed(threadId);
        await wakeUp.next(signal);
      }
    } finally {
      wakeUp.stop();
    }
  };
};

interface Telling {
  runs: ReturnType<typeof createRunWatch>;
  threadId: string;
  skipValues: boolean;
}

const news = (kind: 'rest', run: Run): ThreadNews => ({ kind, run });

/** Lines in the pieces that belong to one run each, in order. */
const runsOf = (lines: RunEvent[]): RunEvent[][] => {
  const pieces: RunEvent[][] = [];
  for (const line of lines) {
    const piece = pieces.at(-1);
    if (piece?.[0]?.runId === line.runId) piece.push(line);
    else pieces.push([line]);
  }
  return pieces;
};

/** Knows which run's events are being read and when it is at rest. */
const createRunWatch = (storage: Storage, threadId: string) => {
  let current: string | undefined;
  let looked: string | undefined;
  let run: Run | undefined;
  let rested = true;
  let seen = false;
  let gone = false;
  /** Runs that ended without ever having begun: they have no events. */
  const ended = new Set<string>();
  const since = new Date().toISOString();

  const neverBegan = async (): Promise<Run[]> => {
    const [newest] = await storage.runs.list({ threadId, limit: 1, offset: 0 });
    if (!newest || newest.attempt > 0 || isActive(newest.state)) return [];
    if (newest.updatedAt < since || ended.has(newest.runId)) return [];
    ended.add(newest.runId);
    return [newest];
  };
  return {
    /** To be called before lines are read: of a run at rest they then are all there. Whether a worker has a run. */
    look: async (): Promise<boolean> => {
      const found = current === undefined ? undefined : await storage.runs.get(current);
      // One that was deleted ended as if it had been cancelled.
      run = found ?? (run?.runId === current ? run && { ...run, state: 'cancelled' } : undefined);
      looked = current;
      const thread = await storage.threads.get(threadId);
      gone = seen && !thread;
      seen ||= thread !== undefined;
      return isHeld(thread?.lifecycle?.state ?? 'success');
    },
    /** Lines of this run come now. Answers of the one before, if it was not said to be at rest. */
    now: async (runId: string | undefined): Promise<Run[]> => {
      const before =
        runId === current || rested || current === undefined ? undefined : await storage.runs.get(current);
      current = runId;
      rested = false;
      return before ? [before] : [];
    },
    /** Lines of a run were read that was not looked at before them. */
    isNew: (): boolean => current !== looked,
    atRest: async (): Promise<Run[]> => {
      const unbegun = seen && !gone ? await neverBegan() : [];
      if (rested || run?.runId !== current || !run || isActive(run.state)) return unbegun;
      rested = true;
      return [run, ...unbegun];
    },
    threadIsGone: (): boolean => gone,
  };
};

/** Before the first event of the run that moves the thread now or, when none does, moved it last. */
export const createCurrentStart = ({ storage }: { storage: Storage }) => {
  return async (threadId: string): Promise<EventCursor> => {
    const last = await storage.events.last(threadId);
    const [unfinished] = await storage.runs.unfinished(threadId);
    const runId = unfinished?.runId ?? last?.runId;
    if (runId === undefined) return LOG_START;
    return (await startOfRun(storage, threadId, runId)) ?? last?.cursor ?? LOG_START;
  };
};

/** Before the first event of the run that the line at `cursor`, or the first after it, belongs to; else `cursor`. */
export const createStartAround = ({ storage }: { storage: Storage }) => {
  return async (threadId: string, cursor: EventCursor): Promise<EventCursor> => {
    const [line] = await storage.events.read({ threadId, after: before(cursor), limit: 1 });
    return (line && (await startOfRun(storage, threadId, line.runId))) ?? cursor;
  };
};

const startOfRun = async (
  storage: Storage,
  threadId: string,
  runId: string,
): Promise<EventCursor | undefined> => {
  const [first] = await storage.events.read({ threadId, runId, after: LOG_START, limit: 1 });
  return first && before(first.cursor);
};

const before = ({ fence, seq }: EventCursor): EventCursor => ({ fence, seq: seq - 1 });
