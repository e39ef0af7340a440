import type { RunnableConfig } from '@langchain/core/runnables';
import type {
  Checkpoint,
  CheckpointMetadata,
  CheckpointTuple,
  PendingWrite,
} from '@langchain/langgraph-checkpoint';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { CheckpointRow } from '../checkpoint-rows.ts';
import type { CheckpointPut, CheckpointWriter } from '../checkpoints.ts';
import { taskWrites } from '../task-writes.ts';
import type { CheckpointGroup } from './checkpoint-group.ts';
import { CheckpointReader, type CheckpointConnection } from './checkpoint-reader.ts';
import type { SharingBatch } from './checkpoint-tables.ts';
import { SHARED_FROM, SharedLists, type SharedFrom } from './shared-lists.ts';

export interface WriterInput {
  lease: Lease;
  runId: string;
  /** Added to each checkpoint's own, which prevails. */
  metadata: Record<string, unknown>;
  /** Hears of each checkpoint once it is on disk. */
  onPut?: (put: CheckpointPut) => void;
  /** See `Checkpoints.writer`. */
  inputIsKept?: boolean;
}

/**
 * The saver of one attempt of one run. Everything it stores is one transaction that first proves the lease, so
 * that a stale owner stores nothing; a returned promise is kept only when the write is on disk.
 * What it stores is gathered to the end of the turn of the event loop (see `CheckpointGroup`).
 */
export class FencedSaver extends CheckpointReader implements CheckpointWriter {
  readonly #lease: Lease;
  readonly #runId: string;
  readonly #metadata: Record<string, unknown>;
  readonly #group: CheckpointGroup;
  readonly #onPut: (put: CheckpointPut) => void;
  readonly #inputIsKept: boolean;
  readonly #lists: SharedLists;
  #closed = false;
  /** Of what was to be stored, how much is not yet. */
  #waiting = 0;
  #latest: Promise<void> = Promise.resolve();

  constructor(
    connection: CheckpointConnection & { group: CheckpointGroup; sharedFrom: SharedFrom | undefined },
    input: WriterInput,
  ) {
    super(connection);
    const { lease, runId, metadata, onPut = () => {}, inputIsKept = false } = input;
    this.#lease = lease;
    this.#runId = runId;
    this.#metadata = metadata;
    this.#group = connection.group;
    this.#onPut = onPut;
    this.#inputIsKept = inputIsKept;
    this.#lists = new SharedLists({
      threadId: lease.threadId,
      reads: this.tables.lists,
      serializer: this.serializer,
      flush: () => this.#flush(),
      from: connection.sharedFrom ?? SHARED_FROM,
    });
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
  ): Promise<RunnableConfig> {
    const { thread_id, checkpoint_ns, checkpoint_id } = this.#target(config);
    const { type, text, rows: lists } = this.#lists.encode(checkpoint_ns, checkpoint);
    const row: CheckpointRow = {
      thread_id,
      checkpoint_ns,
      checkpoint_id: checkpoint.id,
      parent_checkpoint_id: checkpoint_id ?? null,
      type,
      checkpoint: Buffer.from(text),
      metadata: this.serializer.dump({ ...this.#metadata, ...metadata }, 'metadata')[1],
    };
    const stored = this.#store({ writes: [], checkpoints: [row], lists });
    const { source, step } = metadata;
    if (source !== 'input' || !this.#inputIsKept) await stored;
    this.#onPut({ ns: checkpoint_ns, source, step, parentId: checkpoint_id, checkpoint });
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const { checkpoint_ns, checkpoint_id } = this.#target(config);
    if (!checkpoint_id) throw new Error('cannot store writes without checkpoint_id in config.configurable');
    const key = { checkpoint_ns, checkpoint_id, task_id: taskId };
    return this.#store({ writes: [taskWrites(this.serializer, key, writes)], checkpoints: [] });
  }

  override async getTuple(config: RunnableConfig) {
    this.#flush();
    return super.getTuple(config);
  }

  protected override learn(
    { checkpoint_ns: ns, lists }: CheckpointRow,
    { checkpoint }: CheckpointTuple,
  ): void {
    if (lists) this.#lists.learn(ns, checkpoint.channel_values, lists);
  }

  override async *list(...args: Parameters<CheckpointReader['list']>) {
    this.#flush();
    yield* super.list(...args);
  }

  async stored(): Promise<void> {
    this.#flush();
    await this.#latest;
  }

  async dropWrites({ checkpointId, taskId }: { checkpointId: string; taskId: string }): Promise<void> {
    await this.stored();
    if (this.#closed) throw new LeaseLostError(this.#lease.threadId);
    this.tables.dropWrites(this.#lease, { checkpointId, taskId });
  }

  close(): void {
    this.#closed = true;
  }

  /** Where `config` points, once it is sure that this writer may write there. */
  #target({ configurable }: RunnableConfig): {
    thread_id: string;
    checkpoint_ns: string;
    checkpoint_id: string | undefined;
  } {
    const { thread_id, checkpoint_ns = '', checkpoint_id } = configurable ?? {};
    if (!thread_id) throw new Error('cannot store without thread_id in config.configurable');
    if (thread_id !== this.#lease.threadId) {
      throw new Error(`the writer of thread ${this.#lease.threadId} cannot write thread ${thread_id}`);
    }
    if (this.#closed) throw new LeaseLostError(thread_id);
    return { thread_id, checkpoint_ns, checkpoint_id };
  }

  /** What others store may wait for the end of the turn, and be more by then. */
  #flush(): void {
    if (this.#waiting > 0) this.#group.flush();
  }

  #store(stored: Omit<SharingBatch, 'lease' | 'runId'>): Promise<void> {
    const batch = { lease: this.#lease, runId: this.#runId, ...stored };
    this.#waiting++;
    const done = this.#group.store(batch, () => this.#closed).finally(() => this.#waiting--);
    done.catch(() => this.#lists.forget());
    this.#latest = Promise.all([this.#latest, done]).then(() => undefined);
    this.#latest.catch(() => undefined); // whoever asked for this write hears of it
    return done;
  }
}
