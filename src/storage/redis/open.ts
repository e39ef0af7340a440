import { Redis } from 'ioredis';
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

/** A command that takes longer is given up: Redis holds hints, and copies of what is on its way. */
const COMMAND_TIMEOUT_MS = 2000;

/**
 * Queue, signals and events on Redis or Valkey. The truth stays in the ledger: when Redis is lost, runs go on, and
 * events go to the ledger's database until it is back. `transaction` replaces the one lent: it takes events away with
 * what they belong to.
 */
export const openRedisCarriers = async ({ url, parts }: RedisOptions) => {
  const { transaction, events, ledger, onError } = parts;
  const redis = new Redis(url, {
    commandTimeout: COMMAND_TIMEOUT_MS,
    connectTimeout: COMMAND_TIMEOUT_MS,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    lazyConnect: true,
    retryStrategy: (times) => Math.min(50 * times, 1000),
  });
  redis.on('error', onError);
  await redis.connect();
  const signals = createRedisSignalBus({ redis, onError });
  const queue = createRedisQueue({ url, runs: ledger.runs, signals, onError });
  await Promise.all([signals.ready, queue.ready]);
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
