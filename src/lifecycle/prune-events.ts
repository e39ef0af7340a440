import type { LifecycleDeps } from './deps.ts';

/** Drops the events of runs that ended long enough ago. To be called now and then. */
export const createPruneEvents = ({ storage, clock, settings }: LifecycleDeps) => {
  return async (): Promise<void> => {
    await storage.events.prune(new Date(clock.now() - settings.eventRetentionMs).toISOString());
  };
};
