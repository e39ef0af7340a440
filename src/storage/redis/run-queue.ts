import { Queue, Worker } from 'bullmq';
import { Redis } from 'ioredis';
import { createBullQueueOn, QUEUE, type BullQueue, type BullQueueDeps } from '../bullmq/run-queue.ts';

interface RedisQueueDeps extends Omit<BullQueueDeps, 'bull'> {
  url: string;
}

/** The queue on BullMQ in Redis. A worker waits for ever for a server that is gone; who announces a run does not. */
export const createRedisQueue = ({ url, ...deps }: RedisQueueDeps): BullQueue => {
  const connection = new Redis(url, { maxRetriesPerRequest: null, enableOfflineQueue: false });
  connection.on('error', deps.onError);
  const queue = new Queue(QUEUE, { connection });
  queue.on('error', deps.onError);
  const bull = createBullQueueOn({
    ...deps,
    bull: {
      queue,
      worker: (process, options) => {
        const blocking = new Redis(url, { maxRetriesPerRequest: null });
        blocking.on('error', deps.onError);
        const worker = new Worker(QUEUE, process, { ...options, connection: blocking });
        return {
          pause: (now) => worker.pause(now),
          on: (event, listener) => worker.on(event, listener),
          close: async () => {
            await worker.close();
            blocking.disconnect();
          },
        };
      },
    },
  });
  return {
    ...bull,
    close: async () => {
      await bull.close();
      connection.disconnect();
    },
  };
};
