import type { EmergencyStop, StopCoverage, StoppedRun, StopScope } from '../model/emergency-stop.ts';
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
  /** The worker is gone: none of its stopped runs executes any more. */
  confirm(worker: string, at: string): Promise<void>;
}
