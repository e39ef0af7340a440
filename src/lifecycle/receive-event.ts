import type { ExternalEvent, Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import { findWaiter, meetConditions, placesMetBy } from './resume-conditions.ts';

export interface ReceiveEventInput {
  eventId: string;
  type: string;
  data: unknown;
}

/** How many pauses are looked at in one transaction. */
const BATCH = 100;

/**
 * Takes an event for everybody who waits for it. It is on disk when this returns, and is seen by each of them once,
 * whatever happens to this process; who begins to wait later does not see it.
 * @returns `already`: an event of this id has come before, and nothing is done; `waiting`: how many pauses wait for
 * events of this type.
 */
export const createReceiveEvent = ({ storage, clock }: LifecycleDeps) => {
  return async (input: ReceiveEventInput): Promise<{ already: boolean; waiting: number }> => {
    const received = await storage.transaction(async (ledger) => ({
      already: !(await ledger.externalEvents.insert({ ...input, receivedMs: clock.now() })),
      waiting: await ledger.conditions.countWaitingFor(input.type),
    }));
    if (!received.already) storage.signals.publish({ kind: 'due' });
    return received;
  };
};

type SpreadDeps = LifecycleDeps & {
  /** Whether it is to launch something, once it has been seen by all who wait. */
  launches?: (event: ExternalEvent) => Promise<boolean>;
};

/**
 * Lets everybody who waits see the events that have come, in the order they came. To be called when one has.
 * @throws where it cannot be written that an event has been seen: it would be seen again without end
 */
export const createSpreadEvents = (deps: SpreadDeps) => {
  return async (): Promise<void> => {
    for (;;) {
      const event = await deps.storage.externalEvents.open();
      if (!event) return;
      const left = (await deps.launches?.(event)) ? 'launching' : 'done';
      await untilSeen(deps.storage);
      await deps.storage.transaction((ledger) => spread(deps, ledger, { event, left }));
      deps.at('event:spread');
    }
  };
};

/**
 * Whoever began to wait without having seen what is stored by now has written down that he waits when this resolves:
 * each pause is found by the event, or has found it.
 */
const untilSeen = (storage: LifecycleDeps['storage']): Promise<void> =>
  storage.transaction(() => Promise.resolve(), { exclusive: true, flush: false });

interface Spreading {
  event: ExternalEvent;
  /** What is left to do when all who wait have seen it. */
  left: 'launching' | 'done';
}

const spread = async (
  { clock }: LifecycleDeps,
  ledger: Ledger,
  { event, left }: Spreading,
): Promise<void> => {
  const { eventId, type, data, receivedMs, seenPauseId } = event;
  const pauseIds = await ledger.conditions.waitingFor({
    event: type,
    sinceMs: receivedMs,
    afterPauseId: seenPauseId,
    limit: BATCH,
  });
  for (const pauseId of pauseIds) {
    const waiter = await findWaiter(ledger, pauseId);
    if (!waiter) {
      await ledger.conditions.remove(pauseId);
      continue;
    }
    const places = placesMetBy(waiter, { type: 'event', event: type, data });
    if (places.length === 0) continue;
    const detail = { event: type, event_id: eventId };
    await meetConditions(ledger, clock, { waiter, places, trigger: 'event', data, actor: 'event', detail });
  }
  const last = pauseIds[BATCH - 1];
  const seen = last === undefined ? left : { pauseId: last };
  if (!(await ledger.externalEvents.saw(event, seen))) throw noEvent(event);
};

/** Whoever went on without it would go on for ever. */
export const noEvent = ({ eventId }: Pick<ExternalEvent, 'eventId'>): Error =>
  new Error(`There is no event ${eventId}.`);
