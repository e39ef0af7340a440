import type { RunResume } from '../model/pause.ts';
import type { Arrival, EventPlace, RunHandle, Wait } from '../model/run-handle.ts';
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
}: {
  control: Pick<AttemptControl, 'drainRequested'>;
  resume: RunResume | null;
  findArrival: FindArrival;
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
      arrived: async (wait, after) => (await findArrival(wait, after)) ?? withoutEvent(wait, resume),
      mustWait: (wait) => {
        stopped = true;
        waits.set(wait.key, wait);
      },
    },
  };
};

/** A person who resumes goes on without the event; and an event that is kept no longer has its data in the resume. */
const withoutEvent = ({ key }: Wait, resume: RunResume | null): Arrival | undefined => {
  const waits = resume?.waits ?? [];
  if (!resume || !waits.includes(key) || resume.trigger === 'time') return undefined;
  if (resume.trigger === 'event' && waits.length > 1) return undefined;
  return { data: resume.data, place: null };
};
