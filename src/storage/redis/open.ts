import { Redis } from 'ioredis';
import { HoldpointError } from '../../model/errors.ts';
import type { Storage } from '../ports.ts';
import { createRedisEventLog, forgetsEvents } from './event-log.ts';
import { createRedisQueue } from './run-queue.ts';
import { createRedisSignalBus } from './signal-bus.ts';

export interface RedisOptions {
  /** `redis://…` or `rediss://…`; its path is the number of the database, which must not be shared with another deployment. */
  url: string;
  /** What the storage that keeps the truth lends. */
  parts: Pick<Storage, 'transaction' | 'events'> & {
    ledger: Pick<Storage, 'runs' | 'threads' | 'connection'>;
    onError: (error: unknown) => void;
  };
}

/** How Redis refuses whoever has no password, or a wrong one. */
const REFUSED = /^(WRONGPASS|NOAUTH|NOPERM|ERR .*AUTH)/;

/** A command that takes longer is given up: Redis holds hints, and copies of what is on its way. */
const COMMAND_TIMEOUT_MS = 2000;

/**
 * Queue, signals and events on Redis or Valkey. The truth stays in the ledger: while Redis is not there, from the start
 * or later, runs go on, and events go to the ledger's database until it is. `transaction` replaces the one lent: it
 * takes events away with what they belong to.
 * @throws {HoldpointError} `invalid_request` when Redis is there and refuses the password.
 */
export const openRedisCarriers = async ({ url, parts }: RedisOptions) => {
  const { transaction, events, ledger } = parts;
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(50 * times, 1000),
  });
  const onError = onceAnOutage(redis, parts.onError);
  redis.on('error', onError);
  const there = await isThere(redis);
  const signals = createRedisSignalBus({ redis, onError });
  const queue = createRedisQueue({ url, runs: ledger.runs, signals, onError });
  if (there) await Promise.race([Promise.all([signals.ready, queue.ready]), after(COMMAND_TIMEOUT_MS)]);
  return {
    queue,
    signals,
    events: createRedisEventLog({ redis, ledger, sql: events, onError }),
    health: async () => ({
      redis: await redis.ping().then(
        () => 'ok' as const,
        () => 'unreachable' as const,
      ),
    }),
    transaction: forgetsEvents({ redis, transaction, onError }),
    close: async () => {
      await signals.close();
      await queue.close();
      redis.disconnect();
    },
  };
};

/** Connects. False when Redis cannot be reached now: it is tried again until it can be. */
const isThere = async (redis: Redis): Promise<boolean> => {
  let problem: Error | undefined;
  const remember = (error: Error): void => void (problem = error);
  redis.on('error', remember);
  const connected = await redis.connect().then(
    () => true,
    () => false,
  );
  redis.off('error', remember);
  if (!problem || !REFUSED.test(problem.message)) return connected;
  redis.disconnect();
  throw new HoldpointError('invalid_request', `HOLDPOINT_REDIS_URL: Redis refuses us: ${problem.message}`);
};

/** Tells of an outage once, whatever fails because of it; and of each error while Redis is there. */
const onceAnOutage = (redis: Redis, onError: (error: unknown) => void): ((error: unknown) => void) => {
  let told = false;
  redis.on('ready', () => (told = false));
  return (error) => {
    if (redis.status === 'ready') return onError(error);
    if (told) return;
    told = true;
    onError(
      new Error('Redis cannot be reached; until it is, runs are found in the database', { cause: error }),
    );
  };
};

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref());
