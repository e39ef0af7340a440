import { randomUUID } from 'node:crypto';
import type { EffectPoint } from '../engine/effect-book.ts';
import type { Clock } from '../model/clock.ts';
import type { TtlTerms } from '../model/thread.ts';
import type { Logger } from '../telemetry/logger.ts';
import type { Tally } from '../telemetry/tally.ts';
import type { Storage } from '../storage/ports.ts';

/** What every use-case is made with. */
export interface LifecycleDeps {
  storage: Storage;
  clock: Clock;
  newId: () => string;
  /**
   * Called at each named point between two writes, where a crash would be worst; does nothing in production.
   * Tests inject one that kills the process.
   */
  at: (point: CrashPoint) => void;
  settings: LifecycleSettings;
  log?: Logger;
  /** Counts what happens. */
  tally?: Tally;
}

export interface LifecycleSettings {
  /** How long a lease holds without being renewed. */
  leaseMs: number;
  /** Attempts in a row that may end with their worker and without progress before the run fails. */
  maxSpentAttempts: number;
  /** How long a run may be at work in all, from its first claim or its resumption; 0 for ever. */
  runTimeoutMs: number;
  /** Of threads for which nothing else is said; none: they stay. */
  threadTtl?: TtlTerms | undefined;
  /** Runs that may wait for a worker before new ones are refused; 0 or nothing for any number. */
  queueLimit?: number;
  /** Whose runs take turns in the queue: see `laneOf`. */
  fairBy?: string;
  /** How long the events of an ended run are kept. */
  eventRetentionMs: number;
  /** Answers are put into the words of the question they are for. */
  approvalDialects: boolean;
}

export type CrashPoint =
  | EffectPoint
  | 'launch:committed'
  | 'claim:committed'
  | 'claim:acquired'
  | 'pause:written'
  | 'settle:before'
  | 'settle:committed'
  | 'stop:committed'
  | 'delete:marked'
  | 'delete:checkpoints_gone'
  | 'update_state:claimed'
  | 'update_state:written'
  | 'scope:paused'
  | 'event:spread'
  | 'window:step';

export const newUuid = (): string => randomUUID();
