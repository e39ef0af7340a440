import type {
  EmergencyStop,
  StopCoverage,
  StoppedAt,
  StoppedRun,
  StopScope,
} from '../model/emergency-stop.ts';
import type { Run } from '../model/run.ts';

/** Where a run is, as far as a stop's scope is concerned. */
export interface StopTarget {
  threadId: string;
  assistantId: string;
}

/** Durable latches, and the runs each has stopped. */
export interface StopStore {
  insert(stop: EmergencyStop): Promise<void>;
  /** The run is covered by the stop; once per stop and run. */
  cover(stopId: string, run: StoppedRun): Promise<void>;
  get(stopId: string): Promise<StopCoverage | undefined>;
  /** Newest first. */
  list(query: { released: boolean; limit: number; offset: number }): Promise<StopCoverage[]>;
  /** The stop in force that covers this run or a launch there. */
  covering(target: StopTarget): Promise<EmergencyStop | undefined>;
  /** Runs in scope that have not ended and are not stopped, with the worker that holds them. */
  runsIn(scope: StopScope): Promise<{ run: Run; worker: string | null }[]>;
  /** False when it was released before. */
  release(input: { stopId: string; by: string; at: string }): Promise<boolean>;
  /** Workers that may still execute a stopped run, with one of those runs; only of stops made before `before` (ISO time). */
  unconfirmed(before: string): Promise<{ worker: string; runId: string }[]>;
  /** Whether a worker may still execute the run although it was stopped. */
  isUnconfirmed(runId: string): Promise<boolean>;
  /** Those of its stopped runs that a worker may still execute. */
  unconfirmedOf(worker: string): Promise<{ runId: string; threadId: string }[]>;
  /** Where a run has come to rest that is about to be confirmed; once it is, nothing changes. */
  rests(runId: string, at: StoppedAt): Promise<void>;
  /** The worker is gone: none of its stopped runs executes any more. */
  confirm(worker: string, at: string): Promise<void>;
  /** Where the latest stop has left the run; undefined where no worker had it. */
  stoppedAt(runId: string): Promise<StoppedAt | undefined>;
}
