import type { EffectDeps } from '../http/control/effects.ts';
import type { SessionLogDeps } from '../http/control/session-log.ts';
import type { LifecycleDeps } from '../lifecycle/deps.ts';
import { createResolveEffect } from '../lifecycle/resolve-effect.ts';
import type { TakeSnapshot } from '../engine/snapshot.ts';
import { createReadSession } from '../resources/read-session.ts';
import { threadNotFound } from '../model/not-found.ts';

/** What is known of a thread's past, made by hand. */
export const sessionLogDeps = (
  lifecycle: LifecycleDeps,
  takeSnapshot: (of: TakeSnapshot) => Promise<Record<string, unknown> | null>,
): SessionLogDeps & EffectDeps => {
  const { storage } = lifecycle;
  const requireThread = async (threadId: string): Promise<void> => {
    if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
  };
  return {
    readLog: async (threadId) => {
      await requireThread(threadId);
      return storage.log.read(threadId);
    },
    readSession: createReadSession({ storage, takeSnapshot }),
    resolveEffect: createResolveEffect(lifecycle),
    listEffects: async (threadId) => {
      await requireThread(threadId);
      return storage.effects.list(threadId);
    },
  };
};
