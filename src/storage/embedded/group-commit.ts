import { sql } from 'kysely';
import type { LedgerConnection } from '../ledger/connection.ts';

interface Waiting {
  work: (connection: LedgerConnection) => Promise<unknown>;
  flush: boolean;
  resolve: (value: unknown) => void;
  reject: (error: unknown) => void;
}

interface Done {
  waiting: Waiting;
  outcome: { value: unknown } | { error: unknown };
}

/** Works that share one commit at most: bounds how long the write lock is held. */
const MAX_GROUP = 64;

/**
 * Runs write transactions. Those asked for by the time the lock is had share one commit, which is what costs: the
 * lock between processes and a flush to disk. Each is all or nothing by itself and resolves only when
 * it is on disk; one that throws takes nobody else's work with it.
 */
export const createGroupCommit = (db: LedgerConnection, setFlush: (flush: boolean) => void) => {
  const queue: Waiting[] = [];
  let busy = false;
  let flushes: boolean | undefined;

  /** The longest beginning of the queue that may share a commit which flushes, or does not. */
  const take = (): Waiting[] => {
    const unlike = flushes ? -1 : queue.findIndex(({ flush }) => flush);
    const size = Math.min(MAX_GROUP, unlike < 0 ? queue.length : unlike);
    return queue.splice(0, size);
  };
  /** How the commit flushes can be said only before it begins. */
  const prepareFlush = (): void => {
    const wanted = queue.some(({ flush }) => flush);
    if (wanted !== flushes) setFlush(wanted);
    flushes = wanted;
  };
  const commitNext = async (): Promise<void> => {
    let group: Waiting[] | undefined;
    try {
      prepareFlush();
      const done = await db.transaction().execute((tx) => runGroup(tx, (group = take())));
      for (const { waiting, outcome } of done) {
        if ('error' in outcome) waiting.reject(outcome.error);
        else waiting.resolve(outcome.value);
      }
    } catch (error) {
      for (const { reject } of group ?? take()) reject(error);
    }
    busy = false;
    if (queue.length > 0) schedule();
  };
  const schedule = (): void => {
    if (busy) return;
    busy = true;
    setImmediate(() => void commitNext());
  };
  return <T>(work: (connection: LedgerConnection) => Promise<T>, flush: boolean): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      queue.push({ work, flush, resolve: resolve as (value: unknown) => void, reject });
      schedule();
    });
};

const runGroup = async (tx: LedgerConnection, group: Waiting[]): Promise<Done[]> => {
  const [first] = group;
  if (first && group.length === 1) return [{ waiting: first, outcome: { value: await first.work(tx) } }];
  const done: Done[] = [];
  for (const waiting of group) {
    await SAVEPOINT.execute(tx);
    try {
      const value = await waiting.work(tx);
      done.push({ waiting, outcome: { value } });
    } catch (error) {
      await ROLLBACK_TO.execute(tx);
      done.push({ waiting, outcome: { error } });
    }
    await RELEASE.execute(tx);
  }
  return done;
};

const SAVEPOINT = sql.raw('SAVEPOINT work');
const ROLLBACK_TO = sql.raw('ROLLBACK TO work');
const RELEASE = sql.raw('RELEASE work');
