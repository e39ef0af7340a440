import type { BaseCheckpointSaver, Checkpoint } from '@langchain/langgraph-checkpoint';
import type { Lease } from '../model/lease.ts';

/** A checkpointer that writes for one attempt of one run, and only as long as its lease is the thread's. */
export interface CheckpointWriter extends BaseCheckpointSaver {
  /**
   * Resolves when everything that was given to it so far is on disk; rejects when some of it could not be stored.
   * The gates ask it between two tool calls of one step (`storedSoFar`): the first must not be repeated.
   */
  stored(): Promise<void>;
  /** Deletes what a task has written at a root checkpoint. */
  dropWrites(of: { checkpointId: string; taskId: string }): Promise<void>;
  /** After this every write is refused with `LeaseLostError`, whatever still runs of the attempt. */
  close(): void;
}

/** A checkpoint that is on disk now. */
export interface CheckpointPut {
  ns: string;
  source: string;
  step: number;
  parentId: string | undefined;
  checkpoint: Checkpoint;
}

/** What a run has already done to its thread's checkpoints, so that a further attempt neither repeats nor skips. */
export interface RunProgress {
  /** A root checkpoint of this run exists: its input or first step is stored. Continue with `null` input. */
  advanced: boolean;
  /** The answer the run started with has been given to LangGraph before. */
  answered: boolean;
  /** Interrupt ids this run has raised. An answer to one of them, given with the run's input, is used up. */
  raised: string[];
}

/** How the questions of a thread stand, in what LangGraph has stored of them. */
export interface QuestionsAsked {
  /** The thread's latest root checkpoint; null when there is none. */
  checkpointId: string | null;
  /**
   * By interrupt id: how many answers its task has used so far, and the run that raised it last (null: not ours).
   * All `interrupt()` calls of one task share an id; the answers used tell which of them asks.
   */
  byId: Map<string, { answers: number; raisedBy: string | null }>;
}

/** What a root checkpoint is on disk. */
export interface CheckpointDigest {
  checkpointId: string;
  parentId: string | null;
  /** Of the checkpoint, its metadata and the writes that wait at it, in hex. */
  sha256: string;
}

/** What a thread's checkpoints take, as stored. */
export interface ThreadSize {
  checkpoints: { count: number; bytes: number };
  writes: { count: number; bytes: number };
}

/** What only looks at checkpoints needs no more of a saver. */
export type CheckpointReads = Pick<BaseCheckpointSaver, 'getTuple' | 'list'>;

/** Thread-keyed checkpoints behind the fence. Its own database: never the ledger's connection or file. */
export interface Checkpoints {
  /** Reads checkpoints as LangGraph does. Safe from any process. */
  readonly reader: CheckpointReads;
  /** The same for LangGraph itself; its `put`, `putWrites` and `deleteThread` throw. */
  saver(): Promise<BaseCheckpointSaver>;
  /**
   * Makes `lease` the only one that may write the thread's checkpoints. Must come after the claim is
   * committed in the ledger and before the first checkpoint is read.
   * @returns false when a newer fence holds the thread.
   */
  acquire(lease: Lease): Promise<boolean>;
  /**
   * `metadata` is added to each checkpoint's; `runId` marks its rows for {@link progress}; `onPut` hears of each stored
   * checkpoint. With `inputIsKept` the run would be given its input again: that one's checkpoint is not waited for, and is
   * stored with what follows it, or not at all; `onPut` hears of it at once.
   */
  writer(input: {
    lease: Lease;
    runId: string;
    metadata: Record<string, unknown>;
    onPut?: (put: CheckpointPut) => void;
    inputIsKept?: boolean;
  }): Promise<CheckpointWriter>;
  progress(input: { threadId: string; runId: string }): Promise<RunProgress>;
  asked(threadId: string): Promise<QuestionsAsked>;
  /**
   * The named root checkpoint, or the latest, read from disk past every cache of this process. Undefined when it is
   * not there. Throws what the backend throws on a damaged file.
   */
  digest(input: {
    threadId: string;
    checkpointId?: string | undefined;
  }): Promise<CheckpointDigest | undefined>;
  /** Deletes all of the thread's checkpoints and its lease in one transaction: a late `put` is refused, not orphaned. */
  deleteThread(threadId: string): Promise<void>;
  /**
   * Deletes what the run has stored, in every namespace, and the thread's lease in the same transaction: a late `put`
   * of the run is refused. The latest checkpoint is then the one the run found.
   */
  forgetRun(input: { threadId: string; runId: string }): Promise<void>;
  /** Gives `to`, which has none, the checkpoints of `from` as they are at one moment. */
  copyThread(input: { from: string; to: string }): Promise<void>;
  /** Deletes all but the latest `count` checkpoints (one, when left out) of each namespace. Only for who holds the thread. */
  keepLatest(threadId: string, count?: number): Promise<void>;
  size(threadId: string): Promise<ThreadSize>;
  /** The step of each thread's latest root checkpoint; threads without one are left out. */
  steps(threadIds: string[]): Promise<Map<string, number>>;
  close(): Promise<void>;
}
