import type { BaseStore } from '@langchain/langgraph-checkpoint';
import type { EffectBook } from '../model/effect.ts';
import type { Clock } from '../model/clock.ts';
import type { Lease } from '../model/lease.ts';
import type { Checkpoints } from '../storage/checkpoints.ts';
import type { EventLog, PartialStore } from '../storage/ports.ts';
import type { AttemptControl } from './attempt-control.ts';
import type { measureAttempt } from './attempt-telemetry.ts';
import type { AttemptOfEffects } from './effect-book.ts';
import type { GraphRegistry } from './graph-registry.ts';
import type { ClaimedRun } from './run-config.ts';
import type { FindArrival } from './run-handle.ts';
import type { WatchSink } from './run-watch.ts';
import type { LogToolRuns } from './tool-run-log.ts';

/** What running attempts takes. */
export interface ExecutorDeps {
  graphs: GraphRegistry;
  checkpoints: Checkpoints;
  events: EventLog;
  partials: PartialStore;
  /** Makes the lease the only writer of the thread's checkpoints; false when the thread has a newer owner. */
  acquire: (lease: Lease) => Promise<boolean>;
  /** The store that nodes see, for the attempt with this lease. */
  storeFor: (lease: Lease) => BaseStore;
  /** Tells that the thread has new events. */
  notify: (threadId: string) => void;
  telemetry: Parameters<typeof measureAttempt>[0];
  /** The ledger of effects for one attempt. */
  effectsFor: (attempt: AttemptOfEffects) => EffectBook;
  /** Answers are put into the words of the question they are for. */
  approvalDialects: boolean;
  /** Runs may be traced to LangSmith, for which this process has a key. */
  langsmith: boolean;
  findArrival: FindArrival;
  /** By which events from outside are dated. */
  clock: Clock;
  /** Where the attempt's tool calls are told of. */
  toolRunsTo: (attempt: { lease: Lease; runId: string }) => LogToolRuns;
  /** Who watches this attempt; undefined: nobody. */
  watchFor: (claimed: ClaimedRun) => Promise<WatchSink | undefined>;
}

/** One attempt, and what it takes. */
export interface AttemptParts {
  deps: ExecutorDeps;
  claimed: ClaimedRun;
  control: AttemptControl;
}
