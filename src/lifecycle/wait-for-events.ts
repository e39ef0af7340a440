import type { FindArrival } from '../engine/run-handle.ts';
import { isHoldpointError } from '../model/errors.ts';
import { matches } from '../model/json-match.ts';
import type { JsonObject } from '../model/json.ts';
import type { Arrival, EventPlace, Wait } from '../model/run-handle.ts';
import type { ConditionLeaf, ResumeCondition } from '../model/resume-condition.ts';
import type { Ledger } from '../storage/ports.ts';
import type { LifecycleDeps } from './deps.ts';
import type { RequestPause } from './pause-thread.ts';
import { meetConditions, placesMetBy, threadWaiter } from './resume-conditions.ts';

/** What is proposed to do about a pause of a step that waits. */
export const SEND_EVENT = 'send_event';

/** How many events are looked at at once. */
const PAGE = 500;

/** The first event that a step waits for, of those that have come. */
export const createFindArrival =
  ({ storage }: Pick<LifecycleDeps, 'storage'>): FindArrival =>
  (wait, after) =>
    findArrival(storage, wait, after);

const findArrival = async (
  ledger: Ledger,
  { event, match, sinceMs }: Pick<Wait, 'event' | 'match' | 'sinceMs'>,
  after: EventPlace | null,
): Promise<(Arrival & { place: EventPlace }) | undefined> => {
  for (let fromMs = Math.max(sinceMs, after?.receivedMs ?? 0); ;) {
    const events = await ledger.externalEvents.since({ type: event, fromMs, limit: PAGE });
    const found = events.find((one) => comesAfter(one, after) && matches(one.data, match));
    if (found) return { data: found.data, place: { receivedMs: found.receivedMs, eventId: found.eventId } };
    const lastMs = events.at(-1)?.receivedMs ?? fromMs;
    if (events.length < PAGE) return undefined;
    fromMs = lastMs > fromMs ? lastMs : fromMs + 1;
  }
};

const comesAfter = (event: EventPlace, after: EventPlace | null): boolean =>
  after === null ||
  event.receivedMs > after.receivedMs ||
  (event.receivedMs === after.receivedMs && event.eventId > after.eventId);

/** What the pause of a step that waits is resumed by. */
const conditionOf = (waits: Wait[]): ResumeCondition => {
  const leaves = waits.flatMap(({ event, match, expiresMs }): ConditionLeaf[] => [
    { type: 'event', event, ...(Object.keys(match).length > 0 && { match }) },
    ...(expiresMs === null ? [] : [{ type: 'at' as const, at: new Date(expiresMs).toISOString() }]),
  ]);
  const [only, ...others] = leaves;
  return only && others.length === 0 ? only : { any: leaves };
};

/**
 * Asks for the pause of a run whose step has ended to wait. An event that has come since the step began meets its
 * condition at once. A run that is to be paused, cancelled or stopped anyway is left to that.
 */
export const createBeginWait =
  ({ clock, requestPause }: LifecycleDeps & { requestPause: RequestPause }) =>
  async (run: { threadId: string; runId: string }, waits: Wait[]): Promise<void> => {
    const events = [...new Set(waits.map(({ event }) => event))];
    try {
      await requestPause({
        ...run,
        actor: 'system',
        cause: 'condition',
        reason: `waiting for ${events.map((event) => `"${event}"`).join(', ')}`,
        resumeWhen: conditionOf(waits),
        conditionsSinceMs: Math.min(...waits.map(({ sinceMs }) => sinceMs)),
        remedy: { kind: SEND_EVENT, events, waits: waits.map(({ key }) => key) },
        within: async (ledger, pause) => {
          for (const wait of waits) {
            const arrival = await findArrival(ledger, wait, null);
            if (!arrival) continue;
            const waiter = threadWaiter(pause);
            const { data } = arrival;
            const places = placesMetBy(waiter, { type: 'event', event: wait.event, data });
            const detail: JsonObject = { event: wait.event, event_id: arrival.place.eventId };
            await meetConditions(ledger, clock, {
              waiter,
              places,
              trigger: 'event',
              data,
              actor: 'event',
              detail,
            });
          }
        },
      });
    } catch (error) {
      if (!isHoldpointError(error) || !['invalid_transition', 'thread_not_found'].includes(error.code))
        throw error;
    }
  };
