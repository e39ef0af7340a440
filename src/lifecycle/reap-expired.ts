import type { Clock } from '../model/clock.ts';
import { isUnavailable } from '../model/errors.ts';
import type { Storage } from '../storage/ports.ts';
import type { ReapInput } from './reap-runs.ts';

interface ReapExpiredDeps {
  storage: Pick<Storage, 'ping'>;
  clock: Clock;
  reapRuns: (input: ReapInput) => Promise<number>;
  /** How long the database must have answered before anybody's lease counts as run out. */
  graceMs: number;
}

/** Between two looks more time than this has passed only when this process was stopped or could not reach the database. */
const GAP_MS = 5000;

/**
 * Takes back what workers held that do not renew their leases any more: their machine is gone, say. After an outage
 * of the database, or of this process, owners get the time to renew before they are thought lost. To be called
 * every second, on every node.
 */
export const createReapExpired = ({ storage, clock, reapRuns, graceMs }: ReapExpiredDeps) => {
  let since = performance.now();
  let last = since;
  return async (): Promise<void> => {
    const now = performance.now();
    if (now - last > GAP_MS) since = now;
    last = now;
    try {
      if (now - since < graceMs) return await storage.ping();
      await reapRuns({
        held: { expiredBefore: clock.now() },
        reason: 'its worker has not renewed its lease in time',
      });
    } catch (error) {
      if (isUnavailable(error)) since = performance.now();
      throw error;
    }
  };
};
