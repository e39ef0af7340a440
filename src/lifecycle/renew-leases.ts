import type { LifecycleDeps } from './deps.ts';

/** Extends the leases of a worker. Answers the ids of the runs it still holds. */
export const createRenewLeases = ({ storage, clock, settings }: LifecycleDeps) => {
  return async (owner: string): Promise<Set<string>> => {
    const held = await storage.threads.renew(owner, clock.now() + settings.leaseMs);
    return new Set(held.flatMap(({ runId }) => (runId === null ? [] : [runId])));
  };
};
