import type { RunnableConfig } from '@langchain/core/runnables';
import type { Checkpoint, CheckpointMetadata, PendingWrite } from '@langchain/langgraph-checkpoint';
import type { Clock } from '../../model/clock.ts';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import { checkpointRow, type CheckpointRow, type TaskWrites } from '../checkpoint-rows.ts';
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
  /** See `Checkpoints.writer`. */
  inputIsKept?: boolean;
}

/**
 * The saver of one attempt of one run. Each thing it stores is one statement that proves the lease, so that a stale
 * owner stores nothing. What tasks write in one turn of the event loop goes with the checkpoint that follows them, and
 * so does an input that is kept. Checkpoints are dated by the database's clock: what waits in a step counts from then.
 */
export class FencedSaver extends CheckpointReader implements CheckpointWriter {
  readonly #input: WriterInput;
  readonly #clock: Clock;
  #writes: TaskWrites[] = [];
  #inputs: CheckpointRow[] = [];
  #storing: Promise<void> = Promise.resolve();
  #next: Promise<void> | undefined;
  #closed = false;

  constructor(connection: CheckpointConnection & { clock: Clock }, input: WriterInput) {
    super(connection);
    this.#input = input;
    this.#clock = connection.clock;
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
      checkpoint: { ...checkpoint, ts: byClock(this.#clock, checkpoint.ts) },
      metadata: { ...this.#input.metadata, ...metadata },
    });
    const { source, step } = metadata;
    if (source === 'input' && this.#input.inputIsKept) {
      this.#inputs.push(row);
      this.#soon().catch(() => {}); // what follows is refused as well
    } else await this.#store([row]);
    this.#input.onPut?.({ ns: checkpoint_ns, source, step, parentId: key.checkpoint_id, checkpoint });
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const { checkpoint_ns, checkpoint_id } = this.#target(config);
    if (!checkpoint_id) throw new Error('cannot store writes without checkpoint_id in config.configurable');
    this.#writes.push(taskWrites(this.serializer, { checkpoint_ns, checkpoint_id, task_id: taskId }, writes));
    return this.#soon();
  }

  /** Resolves when what waits at the end of this turn is stored. */
  #soon(): Promise<void> {
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

  async dropWrites({ checkpointId, taskId }: { checkpointId: string; taskId: string }): Promise<void> {
    await this.#flush();
    const { lease } = this.#input;
    if (this.#closed) throw new LeaseLostError(lease.threadId);
    await this.tables.dropWrites(lease, { checkpointId, taskId });
  }

  close(): void {
    this.#closed = true;
  }

  /** What waits is stored, or has been with a checkpoint. */
  #flush(): Promise<void> {
    return this.#writes.length + this.#inputs.length > 0 ? this.#store([]) : this.#storing;
  }

  /** Stores these with what waits, one after the other: a checkpoint is never on disk before what it follows. */
  #store(rows: CheckpointRow[]): Promise<void> {
    const { lease, runId } = this.#input;
    const [writes, checkpoints] = [this.#writes, [...this.#inputs, ...rows]];
    [this.#writes, this.#inputs] = [[], []];
    const done = this.#storing.then(() => {
      if (this.#closed) throw new LeaseLostError(lease.threadId);
      return this.tables.store({ lease, runId, writes, checkpoints });
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

/** The same moment by another clock than this machine's. */
const byClock = (clock: Clock, ts: string): string => {
  const moment = Date.parse(ts) + clock.now() - Date.now();
  return Number.isNaN(moment) ? ts : new Date(moment).toISOString();
};
