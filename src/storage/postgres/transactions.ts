import type pg from 'pg';
import type { LedgerConnection } from '../ledger/connection.ts';
import { kyselyOn } from './ledger-driver.ts';
import { asked, isOfConnection, isStalePlan } from './pool.ts';

/** A transaction that met another one is tried again for so long: many may want the same row at once. */
const TRY_FOR_MS = 10_000;
/** Between two tries, at most: long enough for another to get through. */
const MOST_WAIT_MS = 50;

/**
 * An exclusive transaction waits for so long until it can begin: a process that stands still in the middle of a transaction
 * keeps what it has locked until the server ends its session, and others, who wait behind that, their connections.
 */
const BEGIN_WITHIN_MS = 30_000;

const SERIALIZATION_FAILURE = '40001';
const DEADLOCK = '40P01';
const UNIQUE_VIOLATION = '23505';
/** So often one key may be found taken: the next try sees whose row it is, unless that has gone again meanwhile. */
const MOST_TIMES_TAKEN = 3;

/**
 * Runs write transactions as snapshots: two that write the same row cannot both commit, the later one starts anew.
 * Every use-case that decides over a thread writes the thread's row, so decisions over one thread follow each other.
 * What decides over all threads asks for `exclusive`: nobody else writes meanwhile.
 */
export const createTransactions = (pool: pg.Pool) => {
  return <T>(
    work: (connection: LedgerConnection) => Promise<T>,
    options: { flush: boolean; exclusive: boolean },
  ): Promise<T> => again(() => once(pool, work, options));
};

/** Tries until the work does not meet another's any more. A key that stays taken is an error soon. */
export const again = async <T>(work: () => Promise<T>): Promise<T> => {
  const deadline = performance.now() + TRY_FOR_MS;
  const meansRetry = reasonsToRetry();
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (performance.now() > deadline || !meansRetry(error)) throw error;
      await new Promise((resolve) =>
        setTimeout(resolve, Math.random() * Math.min(4 * attempt, MOST_WAIT_MS)),
      );
    }
  }
};

const once = async <T>(
  pool: pg.Pool,
  work: (connection: LedgerConnection) => Promise<T>,
  { flush, exclusive }: { flush: boolean; exclusive: boolean },
): Promise<T> => {
  const client = await asked(exclusive ? connection(pool) : pool.connect());
  const on = onClient(client);
  const query = (text: string, within?: { query_timeout: number }): Promise<unknown> =>
    asked(client.query({ text, ...within })).catch((error: unknown) => {
      on.broken ||= isOfConnection(error);
      throw error;
    });
  withWhatFollows(client);
  // The lock comes before the first statement that takes the snapshot.
  const begun = query(
    `BEGIN ISOLATION LEVEL REPEATABLE READ; ${flush ? '' : 'SET LOCAL synchronous_commit = off; '}` +
      `LOCK TABLE writers IN ${exclusive ? 'ACCESS EXCLUSIVE' : 'ACCESS SHARE'} MODE`,
    exclusive ? { query_timeout: BEGIN_WITHIN_MS } : undefined,
  );
  begun.catch(() => {});
  try {
    if (exclusive) await begun; // what is sent after it would be timed from now on
    const value = await work(on.connection);
    await begun;
    await query('COMMIT');
    return value;
  } catch (error) {
    const why: unknown = await begun.then(() => error, whyNot);
    if (!on.broken) await query('ROLLBACK').catch(() => (on.broken = true));
    throw why;
  } finally {
    client.release(on.broken);
  }
};

/** What pg's pool says when no connection became free in time; a server that cannot be reached is told otherwise. */
const ALL_BUSY = 'timeout exceeded when trying to connect';

/** One of the pool's, also where all are busy for longer. */
const connection = async (pool: pg.Pool): Promise<pg.PoolClient> => {
  const deadline = performance.now() + BEGIN_WITHIN_MS;
  for (;;) {
    try {
      return await pool.connect();
    } catch (error) {
      const isBusy = error instanceof Error && error.message === ALL_BUSY;
      if (!isBusy || performance.now() > deadline) throw error;
    }
  }
};

/** What failed to begin is the reason why all that followed failed. */
const whyNot = (error: unknown): unknown => error;

/**
 * What is sent in this turn goes out at once: the beginning of a transaction with its first statement, which the server
 * refuses when the transaction could not begin.
 */
const withWhatFollows = ({ connection: { stream } }: pg.PoolClient): void => {
  stream.cork();
  process.nextTick(() => stream.uncork());
};

interface OnClient {
  connection: LedgerConnection;
  /** The server ends the transaction of a connection that is gone: nobody waits for it to be rolled back. */
  broken: boolean;
}

const connections = new WeakMap<pg.PoolClient, OnClient>();

/** Kysely on this one connection; made once for each. */
const onClient = (client: pg.PoolClient): OnClient => {
  const known = connections.get(client);
  if (known) return known;
  const release = (broken?: boolean): void => {
    made.broken ||= broken === true;
  };
  const lent = { connect: () => Promise.resolve({ query: client.query.bind(client), release }) };
  const made: OnClient = { connection: kyselyOn(lent as unknown as pg.Pool), broken: false };
  connections.set(client, made);
  return made;
};

/** Whether it was another transaction that made one fail; counts, for one piece of work, the keys it found taken. */
const reasonsToRetry = (): ((error: unknown) => boolean) => {
  const taken = new Map<string, number>();
  return (error) => {
    const { code, constraint, detail } = error as Partial<pg.DatabaseError>;
    if (code !== UNIQUE_VIOLATION)
      return code === SERIALIZATION_FAILURE || code === DEADLOCK || isStalePlan(error);
    const key = `${constraint}: ${detail}`;
    const times = (taken.get(key) ?? 0) + 1;
    taken.set(key, times);
    return times < MOST_TIMES_TAKEN;
  };
};
