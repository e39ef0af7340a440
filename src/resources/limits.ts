import type { Assistant } from '../model/assistant.ts';
import type { AssistantLimits } from '../model/assistant-limits.ts';
import { isoTime, type Clock } from '../model/clock.ts';
import type { Storage } from '../storage/ports.ts';

interface LimitsDeps {
  storage: Storage;
  clock: Clock;
  findAssistant: (id: string) => Promise<Assistant>;
}

/** How much of the workers each assistant may take. */
export interface Limits {
  /** Without any set: any number, priority 0. @throws {HoldpointError} `assistant_not_found`. */
  get(assistantId: string): Promise<AssistantLimits>;
  /**
   * In place of those before. What is at work goes on, even if that is more than the new limit; what waits follows
   * the new priority at once. @throws {HoldpointError} `assistant_not_found`.
   */
  put(input: { assistantId: string; limits: AssistantLimits; actor: string }): Promise<AssistantLimits>;
  /** @throws {HoldpointError} `assistant_not_found`. */
  remove(assistantId: string): Promise<void>;
}

const NONE: AssistantLimits = { max_running: null, priority: 0 };

export const createLimits = ({ storage, clock, findAssistant }: LimitsDeps): Limits => ({
  get: async (id) => {
    const { assistantId } = await findAssistant(id);
    return (await storage.limits.get(assistantId)) ?? NONE;
  },
  put: async ({ assistantId: id, limits, actor: by }) => {
    const { assistantId } = await findAssistant(id);
    await storage.transaction((ledger) => ledger.limits.put({ assistantId, limits, by, at: isoTime(clock) }));
    storage.signals.publish({ kind: 'queue' });
    return limits;
  },
  remove: async (id) => {
    const { assistantId } = await findAssistant(id);
    await storage.transaction((ledger) => ledger.limits.remove(assistantId));
    storage.signals.publish({ kind: 'queue' });
  },
});
