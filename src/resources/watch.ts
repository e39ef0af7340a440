import { isoTime, type Clock } from '../model/clock.ts';
import type { Assistant } from '../model/assistant.ts';
import { HoldpointError } from '../model/errors.ts';
import { threadNotFound } from '../model/not-found.ts';
import type { PauseConditions } from '../model/pause-conditions.ts';
import type { Storage, Usage } from '../storage/ports.ts';

interface WatchDeps {
  storage: Storage;
  clock: Clock;
  findAssistant: (id: string) => Promise<Assistant>;
}

/** The conditions under which the server pauses the runs of an assistant by itself, and what runs have spent. */
export interface Watch {
  /** @throws {HoldpointError} `assistant_not_found`; `condition_not_found` when it has none. */
  get(assistantId: string): Promise<PauseConditions>;
  /** In place of those before; they hold from the next attempt of each run on. */
  put(input: { assistantId: string; conditions: PauseConditions; actor: string }): Promise<PauseConditions>;
  remove(assistantId: string): Promise<void>;
  /** By run and model. @throws {HoldpointError} `thread_not_found`. */
  usage(threadId: string): Promise<Usage[]>;
}

export const createWatch = ({ storage, clock, findAssistant }: WatchDeps): Watch => ({
  get: async (id) => {
    const { assistantId } = await findAssistant(id);
    const conditions = await storage.watch.conditions(assistantId);
    if (!conditions) throw none(assistantId);
    return conditions;
  },
  put: async ({ assistantId: id, conditions, actor: by }) => {
    const { assistantId } = await findAssistant(id);
    await storage.transaction((ledger) =>
      ledger.watch.putConditions({ assistantId, conditions, by, at: isoTime(clock) }),
    );
    return conditions;
  },
  remove: async (id) => {
    const { assistantId } = await findAssistant(id);
    if (!(await storage.transaction((ledger) => ledger.watch.removeConditions(assistantId))))
      throw none(assistantId);
  },
  usage: async (threadId) => {
    if (!(await storage.threads.get(threadId))) throw threadNotFound(threadId);
    return storage.watch.usage(threadId);
  },
});

const none = (assistantId: string): HoldpointError =>
  new HoldpointError('condition_not_found', `Assistant ${assistantId} has no pause conditions.`, {
    details: { assistant_id: assistantId },
  });
