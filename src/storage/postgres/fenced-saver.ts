import type { RunnableConfig } from '@langchain/core/runnables';
import type { Checkpoint, CheckpointMetadata, PendingWrite } from '@langchain/langgraph-checkpoint';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import { checkpointRow, type StoreBatch, type TaskWrites } from '../checkpoint-rows.ts';
import { taskWrites } from '../task-writes.ts';
import type { CheckpointPut, CheckpointWriter } from '../checkpoints.ts';
import { CheckpointReader, type CheckpointConnection } from './checkpoint-reader.ts';

export interface WriterInput {
  lease: Lease;
  runId: string;
  /** Added to each checkpoint's own, which prevails. */
  metadata: Record<string, unknown>;
  /** Hears of each checkpoint once it is on disk. */
  onPut?: (put: CheckpointPut) => void;
}

/**
 * The saver of one attempt of one run. Each thing it stores is one statement that proves the lease, so that a stale
 * owner stores nothing. What tasks write in one turn of the event loop goes with the checkpoint that follows them.
 */
export class FencedSaver extends CheckpointReader implements CheckpointWriter {
  readonly #input: WriterInput;
  #writes: TaskWrites[] = [];
  #storing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #closed = false;

  constructor(connection: CheckpointConnection, input: WriterInput) {
    super(connection);
    this.#input = input;
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
  ): Promise<RunnableConfig> {
    const key = this.#target(config);
    const { thread_id, checkpoint_ns } = key;
    const row = checkpointRow(this.serializer, {
      key,
      checkpoint,
      metadata: { ...this.#input.metadata, ...metadata },
    });
    const writes = this.#writes;
    this.#writes = [];
    await this.#store({ writes, checkpoint: row });
    const { source, step } = metadata;
    this.#input.onPut?.({ ns: checkpoint_ns, source, step, parentId: key.checkpoint_id, checkpoint });
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const { checkpoint_ns, checkpoint_id } = this.#target(config);
    if (!checkpoint_id) throw new Error('cannot store writes without checkpoint_id in config.configurable');
    this.#writes.push(taskWrites(this.serializer, { checkpoint_ns, checkpoint_id, task_id: taskId }, writes));
    this.#next ??= new Promise((resolve, reject) => {
      setImmediate(() => {
        this.#next = undefined;
        this.#flush().then(resolve, reject);
      });
    });
    return this.#next;
  }

  override async getTuple(config: RunnableConfig) {
    await this.#flush();
    return super.getTuple(config);
  }

  override async *list(...args: Parameters<CheckpointReader['list']>) {
    await this.#flush();
    yield* super.list(...args);
  }

  stored(): Promise<void> {
    return this.#flush();
  }

  close(): void {
    this.#closed = true;
  }

  /** What waits is stored, or has been with a checkpoint. */
  async #flush(): Promise<void> {
    const writes = this.#writes;
    this.#writes = [];
    await (writes.length > 0 ? this.#store({ writes }) : this.#storing);
  }

  /** One after the other: a checkpoint is never on disk before what it follows. */
  #store(stored: Pick<StoreBatch, 'writes' | 'checkpoint'>): Promise<void> {
    const { lease, runId } = this.#input;
    const done = this.#storing.then(() => {
      if (this.#closed) throw new LeaseLostError(lease.threadId);
      return this.tables.store({ lease, runId, ...stored });
    });
    this.#storing = done;
    done.catch(() => {});
    return done;
  }

  /** Where `config` points, once it is sure that this writer may write there. */
  #target({ configurable }: RunnableConfig): {
    thread_id: string;
    checkpoint_ns: string;
    checkpoint_id: string | undefined;
  } {
    const { thread_id, checkpoint_ns = '', checkpoint_id } = configurable ?? {};
    const { threadId } = this.#input.lease;
    if (!thread_id) throw new Error('cannot store without thread_id in config.configurable');
    if (thread_id !== threadId)
      throw new Error(`the writer of thread ${threadId} cannot write thread ${thread_id}`);
    if (this.#closed) throw new LeaseLostError(thread_id);
    return { thread_id, checkpoint_ns, checkpoint_id };
  }
}
