import type { Dependencies } from '../http/platform/meta.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import type { Storage } from '../storage/ports.ts';
import type { Workers } from '../worker/workers.ts';

/** How what the server needs is. Throws when its database does not answer. */
export const seeDependencies = async (storage: Storage, workers: Workers): Promise<Dependencies> => {
  await storage.ping();
  const seen = await workers.list();
  return {
    database: 'ok',
    ...(await storage.health?.()),
    workers: seen.filter(({ ready }) => ready).length,
  };
};

/** How many runs wait for a worker, and for how long the one that has waited longest. */
export const seeQueue = async ({ storage, clock }: LifecycleDeps) => {
  const [waiting, oldest] = await Promise.all([storage.runs.countDue(), storage.runs.oldestDue()]);
  return { waiting, oldestMs: oldest === undefined ? 0 : Math.max(0, clock.now() - Date.parse(oldest)) };
};
