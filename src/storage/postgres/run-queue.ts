import { createPostgresBackend, withBackend } from 'bullmq';
import type { PreparingConnection } from './pool.ts';
import { createBullQueueOn, QUEUE, type BullQueue, type BullQueueDeps } from '../bullmq/run-queue.ts';

const { Queue, Worker } = withBackend(createPostgresBackend);

interface PostgresQueueDeps extends Omit<BullQueueDeps, 'bull'> {
  /** A session URL: BullMQ listens on it. The schema must be there. */
  connection: {
    connectionString: string;
    schema: string;
    max: number;
    Client: typeof PreparingConnection;
    options: string;
  };
}

/** The queue on BullMQ in Postgres. */
export const createBullQueue = ({ connection, ...deps }: PostgresQueueDeps): BullQueue => {
  const queue = new Queue(QUEUE, { connection });
  queue.on('error', deps.onError);
  return createBullQueueOn({
    ...deps,
    bull: { queue, worker: (process, options) => new Worker(QUEUE, process, { ...options, connection }) },
  });
};
