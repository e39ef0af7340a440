import type {
  Assistant,
  AssistantFilter,
  AssistantSearch,
  AssistantVersion,
  AssistantVersionSearch,
} from '../model/assistant.ts';
import type { JsonObject } from '../model/json.ts';
import type { Lease } from '../model/lease.ts';
import type { EventCursor, NewRunEvent, RunEvent } from '../model/run-event.ts';
import type { DesiredState, RunState } from '../model/run-state.ts';
import type { Run } from '../model/run.ts';
import type { ActivityLine, ActivityQuery, LogEntry } from '../model/session-log.ts';
import type { HeldThread, Thread, ThreadFilter, ThreadSearch, ThreadValues } from '../model/thread.ts';
import type { ApiKeyStore } from './api-keys.ts';
import type { ApprovalStore, StickyDecisionStore } from './approvals.ts';
import type { Checkpoints } from './checkpoints.ts';
import type { CronStore } from './cron-store.ts';
import type { PartialStore } from './partials.ts';
import type { EffectLedger } from './effects.ts';
import type { LedgerConnection } from './ledger/connection.ts';
import type { LimitStore } from './limits.ts';
import type { ClaimableRun, Hearers, ThreadToLaunchOn } from './looks.ts';
import type { TallyStore } from './tallies.ts';
import type { OutboundStore } from './outbound-store.ts';
import type { OverviewStore } from './overview.ts';
import type { StopStore, StopTarget } from './stops.ts';
import type { WatchStore } from './watch-store.ts';

import type { NoticeStore, PushConfigStore, TargetStore } from './notices.ts';

export type * from './notices.ts';
import type { Clock } from '../model/clock.ts';
import type { WorkerCallStore, WorkerRegistry } from './worker-stores.ts';

export type * from './worker-stores.ts';
export type * from './outbound-store.ts';
import type {
  ConditionStore,
  ExternalEventStore,
  FireStore,
  ScopeStore,
  WindowStore,
} from './trigger-stores.ts';

export type * from './trigger-stores.ts';
import type { StoreItems } from './store-items.ts';

export type { ItemId, ItemVector, PutItem, StoredItem, StoreItems } from './store-items.ts';
import type { PauseStore } from './pauses.ts';

export type { ApiKeyStore } from './api-keys.ts';
export type { PausePatch, PauseStore } from './pauses.ts';

export type {
  ApprovalChange,
  ApprovalStore,
  Carrier,
  StickyDecisionStore,
  StickySearch,
} from './approvals.ts';

export type { PartialStore } from './partials.ts';
export type { EffectIntent, EffectLedger, EffectOutcome } from './effects.ts';
export type { ClaimableRun, Hearers, ThreadToLaunchOn } from './looks.ts';
export type { StopStore, StopTarget } from './stops.ts';
export type { Usage, WatchStore } from './watch-store.ts';

/** A page of a search and how many there are in all. */
export interface Page<T> {
  items: T[];
  total: number;
}

export interface AssistantStore {
  /** Stores it with its first version. False when the id is taken; nothing is changed then. */
  insert(assistant: Assistant): Promise<boolean>;
  get(assistantId: string): Promise<Assistant | undefined>;
  search(query: AssistantSearch): Promise<Page<Assistant>>;
  count(filter: AssistantFilter): Promise<number>;
  /** Stores it as the version after the highest and shows that from now on. */
  putVersion(assistant: Assistant): Promise<Assistant>;
  /** Newest first. */
  versions(query: AssistantVersionSearch): Promise<AssistantVersion[]>;
  version(of: { assistantId: string; version: number }): Promise<AssistantVersion | undefined>;
  /** Shows this version from now on. Undefined when there is no such version. */
  showVersion(input: {
    assistantId: string;
    version: number;
    updatedAt: string;
  }): Promise<Assistant | undefined>;
  /** With all its versions and what was said of it: another of its id finds nothing remembered. */
  remove(assistantId: string): Promise<boolean>;
}

export interface ThreadPatch {
  graphId?: string;
  metadata?: JsonObject;
  config?: Thread['config'];
  status?: Thread['status'];
  interrupts?: Thread['interrupts'];
  lifecycle?: Thread['lifecycle'];
  ttl?: Thread['ttl'];
  /** What `metadata` replaces, as this transaction has read it: only what differs is written to the index. */
  metadataBefore?: JsonObject;
  /** Lets go of the thread, whoever holds it: for who has just proved that it is the owner. */
  released?: true;
  updatedAt: string;
}

export interface ClaimThread {
  threadId: string;
  runId: string | null;
  token: string;
  owner: string;
  expiresAt: number;
  /** What the thread shows from now on. */
  shows?: Pick<ThreadPatch, 'lifecycle' | 'updatedAt'>;
}

export interface ThreadStore {
  /** False when the id is taken; nothing is changed then. */
  insert(thread: Thread): Promise<boolean>;
  get(threadId: string): Promise<Thread | undefined>;
  /** In one look. */
  toLaunchOn(target: StopTarget): Promise<ThreadToLaunchOn>;
  search(query: ThreadSearch): Promise<Page<Thread>>;
  count(filter: ThreadFilter): Promise<number>;
  patch(threadId: string, patch: ThreadPatch): Promise<boolean>;
  /** Idle threads by when they last changed, from behind `after` to `until` (ISO time), oldest first. */
  idle(query: {
    after: { updatedAt: string; threadId: string };
    until: string;
    limit: number;
  }): Promise<{ updatedAt: string; threadId: string }[]>;
  values(threadId: string): Promise<ThreadValues | undefined>;
  putValues(threadId: string, values: ThreadValues): Promise<void>;
  /** Takes the thread for `owner` and raises its fence. Undefined when it is held or gone. */
  claim(input: ClaimThread): Promise<Lease | undefined>;
  /** Whether the lease is still the thread's. */
  holds(lease: Lease): Promise<boolean>;
  /** Who holds the thread, if anybody does. */
  ownerOf(threadId: string): Promise<string | undefined>;
  /** Lets go of the thread. False when the lease is no longer its own. */
  release(lease: Lease): Promise<boolean>;
  /** Breaks whatever lease the thread has and answers the fence above all it ever had: nobody's write passes. */
  breakLease(threadId: string): Promise<number>;
  /** Extends every lease of `owner` and answers what it holds. */
  renew(owner: string, expiresAt: number): Promise<HeldThread[]>;
  /** Makes the transaction one that writes the thread, so that decisions over the thread follow each other. */
  touch(threadId: string): Promise<void>;
  /** Threads whose lease belongs to `owner`, or to anybody and ran out before `expiredBefore`. */
  heldBy(filter: { owner: string } | { expiredBefore: number }): Promise<HeldThread[]>;
  /** Hides the thread from every reader and breaks its lease, so that its checkpoints can be deleted. */
  markDeleted(threadId: string): Promise<boolean>;
  /** Takes back {@link markDeleted}. False when the thread has been removed meanwhile. */
  unmark(threadId: string): Promise<boolean>;
  /** Hides a temporary thread on which nothing is left to do, until it is deleted. Nothing happens to any other. */
  retire(input: { threadId: string; endedMs: number }): Promise<void>;
  /**
   * Marks for deletion what has expired but neither waits nor is at work, and what was hidden before `hiddenBefore`;
   * a few at once. Answers which.
   */
  markExpired(input: { now: number; hiddenBefore: number }): Promise<string[]>;
  /** Threads that have expired, neither wait nor are at work, and of which the latest checkpoint is to stay; a few. */
  toPrune(now: number): Promise<string[]>;
  /** When the next thread at rest expires (ms since the epoch). */
  nextExpiry(): Promise<number | undefined>;
  /** Threads whose deletion was begun, but for those that count as changed after `until` (ISO time). */
  marked(until: string): Promise<string[]>;
  /** Removes the thread's row, runs, values, events and log. */
  remove(threadId: string): Promise<void>;
}

export interface MoveRun {
  runId: string;
  from: RunState;
  to: RunState;
  /** When given, the write happens only if this lease still owns the run's thread. */
  lease?: Lease;
  set?: Partial<
    Pick<Run, 'attempt' | 'spent' | 'failure' | 'reason' | 'desired' | 'pauseId' | 'resume' | 'deadlineMs'>
  >;
  at: string;
}

/** Of an assistant; a missing field does not narrow. */
export interface RootsQuery {
  assistantId: string;
  threadId?: string | undefined;
  states?: RunState[] | undefined;
  /** ISO time. */
  updatedAfter?: string | undefined;
  limit: number;
  offset: number;
}

export interface RunStore {
  /**
   * `lane`: whose it is; in the queue lanes take turns. Its priority is that of its assistant. `first`: nothing of its
   * thread is before it, so it is offered at once if it is pending, due, and not held back by a paused scope.
   * @returns whether it was offered
   */
  insert(run: Run, place?: { lane?: string; first?: boolean }): Promise<boolean>;
  get(runId: string): Promise<Run | undefined>;
  claimable(runId: string): Promise<ClaimableRun | undefined>;
  /** Runs that carry no answer to a question, the last changed first. */
  roots(query: RootsQuery): Promise<Page<Run>>;
  /** Newest first. */
  list(query: { threadId: string; states?: RunState[]; limit: number; offset: number }): Promise<Run[]>;
  /**
   * Runs of the thread that have not ended: pending, running, pausing, paused or stopped. First the one that is at
   * work, then those that have begun or rest, then the one that is queued, last those that are not due yet; of these
   * the oldest first.
   */
  unfinished(threadId: string): Promise<Run[]>;
  /** The same for who holds the thread; undefined when the lease is no longer its own. */
  unfinishedOf(lease: Lease): Promise<Run[] | undefined>;
  /** Of all threads, or of one assistant's runs; the last first, so that none begins because the one before it is ended. */
  allUnfinished(filter: { assistantId?: string; states?: RunState[] }): Promise<RunJob[]>;
  /** Unfinished runs whose assistant is gone, and that have not been told to end. */
  orphans(): Promise<RunJob[]>;
  /**
   * Writes `to` only if the row is still `from` and, when given, `lease` still owns its thread.
   * @returns who is to hear of it; undefined when nothing was written
   */
  move(input: MoveRun): Promise<Hearers | undefined>;
  /** False when the run is not in one of `whileIn`. */
  setDesired(input: {
    runId: string;
    desired: DesiredState;
    whileIn: RunState[];
    reason: string | null;
  }): Promise<boolean>;
  /**
   * Puts the first of the thread's unfinished runs in the queue if it is pending and due, and answers it: one run at a
   * time, in order. Not one that a paused scope holds back.
   */
  offerNext(threadId: string): Promise<RunJob | undefined>;
  /** Makes due what was to wait until now, from when on it waits for its turn. Answers the threads concerned. */
  promote(now: number): Promise<string[]>;
  /** When the next delayed run is due (ms since the epoch). */
  nextDue(): Promise<number | undefined>;
  /**
   * Queued runs in the order in which they are to be taken: by priority, then lane by lane in turn. Without those of
   * assistants that have as many at work as they may.
   */
  due(limit: number): Promise<DueRun[]>;
  /** How many are queued. */
  countDue(): Promise<number>;
  /** Since when the one has waited that has waited longest (ISO time). */
  oldestDue(): Promise<string | undefined>;
  /** Removes the events of the thread's runs. */
  dropEvents(threadId: string): Promise<void>;
  /** Removes the run and its events. */
  remove(run: RunJob): Promise<boolean>;
  /** How many runs are in each state that has any. */
  countByState(): Promise<Partial<Record<RunState, number>>>;
}

export interface SessionLog {
  append(entry: LogEntry): Promise<void>;
  /** In the order they were written. */
  read(threadId: string): Promise<LogEntry[]>;
  /** Of all threads, newest first. */
  search(query: ActivityQuery): Promise<ActivityLine[]>;
  /** Of all threads, in the order they were written, from the one after `after`. */
  since(after: number, limit: number): Promise<ActivityLine[]>;
  /** The place of the newest line; 0 when there is none. */
  end(): Promise<number>;
}

/** The durable truth, in SQL in every profile. */
export interface Ledger {
  readonly assistants: AssistantStore;
  readonly threads: ThreadStore;
  readonly runs: RunStore;
  readonly log: SessionLog;
  readonly outbound: OutboundStore;
  readonly notices: NoticeStore;
  readonly targets: TargetStore;
  readonly pushConfigs: PushConfigStore;
  readonly items: StoreItems;
  readonly crons: CronStore;
  readonly approvals: ApprovalStore;
  readonly stops: StopStore;
  readonly stickyDecisions: StickyDecisionStore;
  readonly pauses: PauseStore;
  readonly conditions: ConditionStore;
  readonly fires: FireStore;
  readonly externalEvents: ExternalEventStore;
  readonly scopes: ScopeStore;
  readonly windows: WindowStore;
  readonly watch: WatchStore;
  readonly overview: OverviewStore;
  readonly apiKeys: ApiKeyStore;
  readonly limits: LimitStore;
  readonly tallies: TallyStore;
  readonly workers: WorkerRegistry;
  readonly calls: WorkerCallStore;
  /** For adapters in `storage/` that join a transaction. */
  readonly connection: LedgerConnection;
}

/** "Look at this run": what a queue carries. The claim decides, the job never does. */
export interface RunJob {
  runId: string;
  threadId: string;
}

export interface DueRun extends RunJob {
  priority: number;
}

export interface QueueConsumer {
  /** Takes nothing new from now on; what is being handled goes on. */
  pause(): void;
  /** Pauses and waits for what is being handled. */
  close(): Promise<void>;
}

/** What came of a run: it was at work, somebody else has it or it waits no more, or it waits again. */
export type Handled = 'done' | 'not to be had' | 'waits';

export interface RunQueue {
  /** Says that a run can be claimed; to be called after commit. Losing it costs latency, never work. */
  announce(job: RunJob): Promise<void>;
  /**
   * Hands runs thought due to `handle`, at most `concurrency` at once, never the same one twice at a time; where more
   * wait than there is room for, in the order of {@link RunStore.due}, or nearly so while several take some.
   */
  consume(options: { concurrency: number; handle: (job: RunJob) => Promise<Handled> }): QueueConsumer;
}

export interface EventLog {
  /**
   * Appends in the order given; all or nothing. Proves the lease in the same transaction; with `within` it
   * joins that ledger transaction where the backend can. What is there already, because its answer was lost with the
   * connection, stays as it is.
   * @throws {LeaseLostError} when the lease is no longer the thread's.
   */
  append(input: { lease: Lease; runId: string; events: NewRunEvent[] }, within?: Ledger): Promise<void>;
  /** Events after `after`, of one run or of the whole thread, in order. */
  read(query: { threadId: string; runId?: string; after: EventCursor; limit: number }): Promise<RunEvent[]>;
  /** The thread's newest line, and whose it is. */
  last(threadId: string): Promise<{ cursor: EventCursor; runId: string } | undefined>;
  /** Drops the events of some of the runs that ended before `endedBefore` (ISO time). Answers of how many. */
  prune(endedBefore: string): Promise<number>;
  /** The runs whose events {@link prune} would drop now. */
  ended(endedBefore: string): Promise<RunJob[]>;
}

/** "Look now": hints between processes. Never the truth. */
export type Signal =
  | { kind: 'queue' }
  /** Something was planned that comes due by time, or at once: the scheduler looks. `of`: only that kind of work. */
  | { kind: 'due'; of?: string }
  /** An operator's word for this run changed. */
  | { kind: 'desired'; runId: string }
  /** The worker that has the run has passed that word on to it. */
  | { kind: 'obeyed'; runId: string }
  /** A run of the thread changed state, which may have brought events. `claimed`: it only began to work. */
  | { kind: 'thread'; threadId: string; claimed?: true }
  /** The thread has new events. */
  | { kind: 'events'; threadId: string }
  /** Somebody reads the events of the thread's runs as they come. */
  | { kind: 'followed'; threadId: string }
  /** A worker of another process is asked something, or ordered to end. */
  | { kind: 'workers' }
  /** What a worker was asked is answered. */
  | { kind: 'answered'; callId: string };

export interface SignalBus {
  publish(signal: Signal): void;
  /** Answers the function that ends the subscription. Own signals are heard too. */
  subscribe(listener: (signal: Signal) => void): () => void;
}

export interface Storage extends Ledger {
  /**
   * Runs `work` in one write transaction. Nothing but the given ledger may be awaited inside.
   * When `work` throws, nothing is written. Once it resolves, what was written survives a crash of every process
   * and a power cut; with `flush: false` it may be lost in a power cut, in order, as if it had not come to it.
   * Transactions that write the same row follow each other. One that decides over what it does not write asks for
   * `exclusive`: nobody else writes meanwhile, and it sees all that was written. `work` may be called more than once.
   * `single`: it is one statement, which may come in the middle of an exclusive one; it then costs no more than that.
   */
  transaction<T>(
    work: (ledger: Ledger) => Promise<T>,
    options?: { flush?: boolean; exclusive?: boolean; single?: boolean },
  ): Promise<T>;
  readonly capabilities: StorageCapabilities;
  /** The clock that all who use the storage share: leases are dated by it. */
  readonly clock: Clock;
  readonly queue: RunQueue;
  readonly events: EventLog;
  readonly effects: EffectLedger;
  readonly partials: PartialStore;
  readonly signals: SignalBus;
  readonly checkpoints: Checkpoints;
  /** Throws when the storage cannot answer. */
  ping(): Promise<void>;
  /** How what it uses besides its database is. */
  health?(): Promise<{ redis: 'ok' | 'unreachable' }>;
  close(): Promise<void>;
}

export interface StorageCapabilities {
  /** Only one server can use the storage, so at its start every lease found is an orphan. */
  singleServer: boolean;
}
