import { isoTime, type Clock } from '../model/clock.ts';
import type { JsonObject } from '../model/json.ts';
import { isCurrent, type Pause } from '../model/pause.ts';
import {
  dueMs,
  leavesOf,
  meets,
  missingOf,
  type OutsideSignal,
  type ResumeCondition,
} from '../model/resume-condition.ts';
import type { ScopePause } from '../model/scope-pause.ts';
import type { Ledger } from '../storage/ports.ts';

/** A pause that waits for a condition: of one thread, or of a scope. */
export type Waiter =
  | { kind: 'thread'; id: string; resumeWhen: ResumeCondition | null; pause: Pause }
  | { kind: 'scope'; id: string; resumeWhen: ResumeCondition | null; pause: ScopePause };

/** The pause of this id, while it lasts. */
export const findWaiter = async (ledger: Ledger, pauseId: string): Promise<Waiter | undefined> => {
  const pause = await ledger.pauses.get(pauseId);
  if (pause) return isCurrent(pause) ? threadWaiter(pause) : undefined;
  const scope = await ledger.scopes.get(pauseId);
  return scope?.state === 'active' ? scopeWaiter(scope) : undefined;
};

export const threadWaiter = (pause: Pause): Waiter => ({
  kind: 'thread',
  id: pause.pauseId,
  resumeWhen: pause.resumeWhen,
  pause,
});

export const scopeWaiter = (pause: ScopePause): Waiter => ({
  kind: 'scope',
  id: pause.scopePauseId,
  resumeWhen: pause.resumeWhen,
  pause,
});

/** Writes down what a pause waits for, in the transaction that makes the pause. */
export const plantConditions = async (
  ledger: Ledger,
  {
    pauseId,
    resumeWhen,
    nowMs,
    sinceMs = nowMs,
  }: { pauseId: string; resumeWhen: ResumeCondition | null; nowMs: number; sinceMs?: number },
): Promise<void> => {
  if (resumeWhen === null) return;
  await ledger.conditions.insert(
    leavesOf(resumeWhen).map((leaf, place) => ({
      pauseId,
      place,
      type: leaf.type,
      event: 'event' in leaf ? (leaf.event ?? null) : null,
      sinceMs,
      dueMs: dueMs(leaf, nowMs),
    })),
  );
};

/** The places of the conditions that this signal meets. */
export const placesMetBy = ({ resumeWhen }: Waiter, signal: OutsideSignal): number[] =>
  resumeWhen === null
    ? []
    : leavesOf(resumeWhen).flatMap((leaf, place) => (meets(signal, leaf) ? [place] : []));

export interface Met {
  waiter: Waiter;
  places: number[];
  trigger: string;
  data: unknown;
  actor: string;
  /** What met them, for the session log. */
  detail: JsonObject;
}

/**
 * Writes down that conditions are met, and, when with these nothing is missing any more, that the pause is to be
 * resumed. Answers what is still missing.
 */
export const meetConditions = async (
  ledger: Ledger,
  clock: Clock,
  met: Met,
): Promise<ResumeCondition | undefined> => {
  const { waiter, places, trigger, data } = met;
  const all = await ledger.conditions.meet(waiter.id, places);
  const missing = waiter.resumeWhen
    ? missingOf(waiter.resumeWhen, (place) => all.includes(place))
    : undefined;
  if (!missing) await ledger.fires.insert({ pauseId: waiter.id, trigger, data, firedMs: clock.now() });
  await logMet(ledger, clock, { ...met, missing });
  return missing;
};

const logMet = async (
  ledger: Ledger,
  clock: Clock,
  { waiter, trigger, actor, detail, missing }: Met & { missing: ResumeCondition | undefined },
): Promise<void> => {
  if (waiter.kind === 'scope') return;
  const { threadId, runId } = waiter.pause;
  await ledger.log.append({
    threadId,
    runId,
    at: isoTime(clock),
    actor,
    kind: missing ? 'awaitResume' : 'triggerResume',
    from: null,
    to: null,
    detail: {
      pause_id: waiter.id,
      trigger,
      ...detail,
      ...(missing && { waiting_for: missing as JsonObject }),
    },
  });
};
