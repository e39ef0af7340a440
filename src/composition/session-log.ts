import type { SessionLogDeps } from '../http/control/session-log.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { threadNotFound } from '../model/not-found.ts';

/** The session log, made by hand. */
export const sessionLogDeps = ({ storage }: LifecycleDeps): SessionLogDeps => ({
  readLog: async (threadId) => {
    if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
    return storage.log.read(threadId);
  },
});
