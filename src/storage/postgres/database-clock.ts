import type pg from 'pg';
import type { Clock } from '../../model/clock.ts';
import { isOfConnection } from './pool.ts';

/** How often the database is asked what time it is. */
const ASK_EVERY_MS = 30_000;

const NOW = 'SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now';

export interface DatabaseClock extends Clock {
  close(): void;
}

/**
 * The clock of the database server, so that processes whose own clocks differ date leases alike. Between two looks it
 * goes on with this machine's monotonic clock, which nobody can set.
 */
export const startDatabaseClock = async (
  pool: pg.Pool,
  onError: (error: unknown) => void,
): Promise<DatabaseClock> => {
  let offset = Date.now() - performance.now();
  const ask = async (): Promise<void> => {
    const client = await pool.connect(); // waiting for it is no part of the way there and back
    try {
      const before = performance.now();
      const { rows } = await client.query<{ now: number }>(NOW);
      const after = performance.now();
      if (rows[0]) offset = rows[0].now - (before + after) / 2;
      client.release();
    } catch (error) {
      client.release(isOfConnection(error));
      throw error;
    }
  };
  await ask();
  const timer = setInterval(() => void ask().catch(onError), ASK_EVERY_MS);
  timer.unref();
  return {
    now: () => Math.round(performance.now() + offset),
    close: () => clearInterval(timer),
  };
};
