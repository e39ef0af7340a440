import type { Run } from '../model/run.ts';
import type { Thread } from '../model/thread.ts';

/** What there is to know of a run that is about to be claimed. */
export interface ClaimableRun {
  run: Run;
  /** By what its thread is read so far. */
  thread: Pick<Thread, 'graphId' | 'metadata'>;
  /** A paused scope or an emergency stop covers it. */
  heldBack: boolean;
  /** Its assistant may not have any number of runs at work. */
  limited: boolean;
}

/** What a run meets on its thread. */
export interface ThreadToLaunchOn {
  /** Undefined when there is no such thread. */
  thread: Thread | undefined;
  hasAssistant: boolean;
  /** An emergency stop covers thread or assistant. */
  stopped: boolean;
}

/** Who is to hear of a run's move. */
export interface Hearers {
  /** Somebody asked to be told of it: people, or another agent of its task. */
  told: boolean;
  /** The thread was launched by another. */
  parent: boolean;
}
