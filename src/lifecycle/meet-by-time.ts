import type { LifecycleDeps } from './deps.ts';
import { findWaiter, meetConditions } from './resume-conditions.ts';

const BATCH = 100;

/**
 * Meets the conditions whose time has come, also those whose time came while no server ran: each once. Answers when
 * the next one's comes.
 */
export const createMeetByTime = ({ storage, clock }: LifecycleDeps) => {
  return async (nowMs: number): Promise<number | undefined> => {
    for (;;) {
      const due = await storage.conditions.due(nowMs, BATCH);
      if (due.length === 0) return storage.conditions.nextDue();
      await storage.transaction(async (ledger) => {
        for (const { pauseId, place } of due) {
          const waiter = await findWaiter(ledger, pauseId);
          if (!waiter) await ledger.conditions.remove(pauseId);
          else
            await meetConditions(ledger, clock, {
              waiter,
              places: [place],
              trigger: 'time',
              data: null,
              actor: 'schedule',
              detail: { at: new Date(nowMs).toISOString() },
            });
        }
      });
    }
  };
};
