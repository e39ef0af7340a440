import type { RunResume } from '../model/pause.ts';
import type { Clock } from '../model/clock.ts';
import type { Arrival, EventPlace, RunHandle, Wait, WaitTerms } from '../model/run-handle.ts';
import type { AttemptControl } from './attempt-control.ts';

/** Where, in `configurable`, the gates look for the run they are in. */
export const RUN_HANDLE = '__holdpoint_run';

/** Finds the first event that is waited for, of those that have come after `after`. */
export type FindArrival = (
  wait: Pick<Wait, 'event' | 'match' | 'sinceMs'>,
  after: EventPlace | null,
) => Promise<Arrival | undefined>;

/** A handle on one attempt, and what came of it. */
export interface HeldRun {
  handle: RunHandle;
  /** What its step waits for, when it ended for that. */
  readonly waits: Wait[];
  /** A step of the attempt ended at a point of its own, or to wait. */
  readonly stopped: boolean;
}

export const createRunHandle = ({
  control,
  resume,
  findArrival,
  began,
  clock,
}: {
  control: Pick<AttemptControl, 'drainRequested'>;
  resume: RunResume | null;
  findArrival: FindArrival;
  /** When a step began, by the same clock. */
  began: (checkpoint: WaitTerms['begins']) => Promise<number>;
  clock: Clock;
}): HeldRun => {
  const waits = new Map<string, Wait>();
  let stopped = false;
  return {
    get waits() {
      return [...waits.values()];
    },
    get stopped() {
      return stopped;
    },
    handle: {
      get drainRequested() {
        return control.drainRequested;
      },
      stopHere: () => {
        stopped = true;
      },
      arrived: async (terms, after) => {
        const wait = dated(terms, await began(terms.begins));
        const arrival = (await findArrival(wait, after)) ?? withoutEvent(wait, resume);
        if (arrival) return arrival;
        if (wait.expiresMs !== null && wait.expiresMs <= clock.now()) return null;
        stopped = true;
        waits.set(wait.key, wait);
        return undefined;
      },
    },
  };
};

const dated = ({ key, event, match, sinceMs, timeoutMs }: WaitTerms, begunMs: number): Wait => ({
  key,
  event,
  match,
  sinceMs: sinceMs ?? begunMs,
  expiresMs: timeoutMs === null ? null : begunMs + timeoutMs,
});

/** A person who resumes goes on without the event; and an event that is kept no longer has its data in the resume. */
const withoutEvent = ({ key }: Wait, resume: RunResume | null): Arrival | undefined => {
  const waits = resume?.waits ?? [];
  if (!resume || !waits.includes(key) || resume.trigger === 'time') return undefined;
  if (resume.trigger === 'event' && waits.length > 1) return undefined;
  return { data: resume.data, place: null };
};
