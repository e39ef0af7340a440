import type { ActivityLine } from '../model/session-log.ts';
import type { SessionLog, Signal, Storage } from '../storage/ports.ts';
import { createTellFollowed } from './tell-followed.ts';

/** What has changed since the last time. */
export interface Changes {
  /** Threads on which something happened; null: so many that all may have changed. */
  threads: string[] | null;
  /** Lines were added to the session log. */
  log: boolean;
  /** The queue, pauses, stops or what comes due may have changed. */
  control: boolean;
}

/** News is gathered so long before it is told. */
const GATHER_MS = 80;
/** Signals may be lost: the session log is looked at this often. */
const LOOK_MS = 1000;
const LINES = 500;
/** Lines are numbered as they are written, and seen as their transactions end: some come before those that were seen. */
const LOOK_BACK = 100;
const MANY = 100;

/**
 * Tells of every change, from now on, until `signal` aborts: at least of each line of the session log, within a second
 * at the latest, and of progress within a step as it is heard of.
 */
export const createWatchChanges = ({ storage }: { storage: Storage }) => {
  const tellFollowed = createTellFollowed(storage.signals);
  return async function* (signal: AbortSignal): AsyncGenerator<Changes> {
    const heard = createHearing(tellFollowed);
    const stop = storage.signals.subscribe(heard.take);
    const newLines = await followLog(storage.log);
    try {
      while (!signal.aborted) {
        await heard.wait(signal);
        const lines = await newLines();
        const changes = heard.changes(lines.map(({ threadId }) => threadId));
        if (changes && !signal.aborted) yield changes;
      }
    } finally {
      stop();
    }
  };
};

/** Lines that were added since the last time, each once. */
const followLog = async (log: SessionLog): Promise<() => Promise<ActivityLine[]>> => {
  let end = await log.end();
  const before = await log.since(end - LOOK_BACK, LOOK_BACK);
  let seen = new Set(before.map(({ seq }) => seq).filter((seq) => seq <= end));
  return async () => {
    const lines = await log.since(end - LOOK_BACK, LOOK_BACK + LINES);
    const added = lines.filter(({ seq }) => !seen.has(seq));
    end = lines.at(-1)?.seq ?? end;
    seen = new Set(lines.map(({ seq }) => seq));
    return added;
  };
};

const createHearing = (tellFollowed: (threadId: string) => void) => {
  let threads = new Set<string>();
  let control = false;
  let wake = (): void => {};
  const isNews = (): boolean => control || threads.size > 0;
  return {
    take: (signal: Signal): void => {
      if (signal.kind === 'followed') return;
      if (signal.kind === 'thread' || signal.kind === 'events') threads.add(signal.threadId);
      else control = true;
      if (signal.kind === 'events' || (signal.kind === 'thread' && signal.claimed))
        tellFollowed(signal.threadId);
      wake();
    },
    /** Resolves a moment after there is news, at the latest when it is time to look again. */
    wait: async (signal: AbortSignal): Promise<void> => {
      if (!isNews()) await sleep(LOOK_MS, { signal, onWake: (resolve) => (wake = resolve) });
      wake = () => {};
      if (isNews()) await sleep(GATHER_MS, { signal });
    },
    changes: (logged: string[]): Changes | undefined => {
      if (!isNews() && logged.length === 0) return undefined;
      const all = new Set([...threads, ...logged]);
      const told = { threads: all.size > MANY ? null : [...all], log: logged.length > 0, control };
      threads = new Set();
      control = false;
      return told;
    },
  };
};

const sleep = (
  ms: number,
  { signal, onWake }: { signal: AbortSignal; onWake?: (resolve: () => void) => void },
): Promise<void> =>
  new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done);
    onWake?.(done);
  });
