import type { RunnableConfig } from '@langchain/core/runnables';
import {
  WRITES_IDX_MAP,
  type Checkpoint,
  type CheckpointMetadata,
  type PendingWrite,
} from '@langchain/langgraph-checkpoint';
import { LeaseLostError } from '../../model/errors.ts';
import type { Lease } from '../../model/lease.ts';
import type { CheckpointPut, CheckpointWriter } from '../checkpoints.ts';
import { CheckpointReader, type CheckpointConnection } from './checkpoint-reader.ts';
import type { CheckpointRow, TaskWrites } from './checkpoint-tables.ts';

export interface WriterInput {
  lease: Lease;
  runId: string;
  /** Added to each checkpoint's own, which prevails. */
  metadata: Record<string, unknown>;
  /** Hears of each checkpoint once it is on disk. */
  onPut?: (put: CheckpointPut) => void;
}

interface HeldWrites extends TaskWrites {
  resolve: () => void;
  reject: (error: unknown) => void;
}

const isSpecial = (channel: string): boolean => Object.hasOwn(WRITES_IDX_MAP, channel);

/**
 * The saver of one attempt of one run. Everything it stores is one transaction that first proves the lease, so
 * that a stale owner stores nothing; a returned promise is kept only when the write is on disk.
 *
 * Writes of tasks wait for the checkpoint that follows in the same turn of the event loop and share its
 * transaction, or go alone at the end of that turn.
 */
export class FencedSaver extends CheckpointReader implements CheckpointWriter {
  readonly #lease: Lease;
  readonly #runId: string;
  readonly #metadata: Record<string, unknown>;
  readonly #onPut: (put: CheckpointPut) => void;
  #closed = false;
  #held: HeldWrites[] = [];
  #flushSoon: NodeJS.Immediate | undefined;

  constructor(connection: CheckpointConnection, { lease, runId, metadata, onPut = () => {} }: WriterInput) {
    super(connection);
    this.#lease = lease;
    this.#runId = runId;
    this.#metadata = metadata;
    this.#onPut = onPut;
  }

  override async put(
    config: RunnableConfig,
    checkpoint: Checkpoint,
    metadata: CheckpointMetadata,
  ): Promise<RunnableConfig> {
    const { thread_id, checkpoint_ns, checkpoint_id } = this.#target(config);
    const row: CheckpointRow = {
      thread_id,
      checkpoint_ns,
      checkpoint_id: checkpoint.id,
      parent_checkpoint_id: checkpoint_id ?? null,
      type: 'json',
      checkpoint: this.#checkpointBytes(checkpoint),
      metadata: this.serializer.dump({ ...this.#metadata, ...metadata }, 'metadata')[1],
    };
    this.#store(row);
    this.#onPut({ ns: checkpoint_ns, source: metadata.source, checkpoint });
    return { configurable: { thread_id, checkpoint_ns, checkpoint_id: checkpoint.id } };
  }

  override async putWrites(config: RunnableConfig, writes: PendingWrite[], taskId: string): Promise<void> {
    const { checkpoint_ns, checkpoint_id } = this.#target(config);
    if (!checkpoint_id) throw new Error('cannot store writes without checkpoint_id in config.configurable');
    const rows = writes.map(([channel, written], index) => {
      const [type, dumped] = this.serializer.dump(written, channel);
      const idx = isSpecial(channel) ? (WRITES_IDX_MAP[channel] ?? index) : index;
      // Bytes are the graph's own, which may change them while they wait.
      const value = type === 'bytes' ? dumped.slice() : dumped;
      return { checkpoint_ns, checkpoint_id, task_id: taskId, idx, channel, type, value };
    });
    return new Promise((resolve, reject) => {
      this.#held.push({ replace: writes.every(([channel]) => isSpecial(channel)), rows, resolve, reject });
      this.#flushSoon ??= setImmediate(() => this.#flush());
    });
  }

  override async getTuple(config: RunnableConfig) {
    this.#flush();
    return super.getTuple(config);
  }

  override async *list(...args: Parameters<CheckpointReader['list']>) {
    this.#flush();
    yield* super.list(...args);
  }

  close(): void {
    this.#closed = true;
    for (const { reject } of this.#takeHeld()) reject(new LeaseLostError(this.#lease.threadId));
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

  /** Written in parts, so that errors name the channel, and neither copied before nor more than a checkpoint. */
  #checkpointBytes({ v, id, ts, ...parts }: Checkpoint): Uint8Array {
    const text = (part: unknown, path?: string): string => this.serializer.text(part, path);
    const head = text({ v, id, ts }, 'checkpoint').slice(0, -1);
    const values = text(parts.channel_values ?? {});
    const versions = text(parts.channel_versions ?? {}, 'channel_versions');
    const seen = text(parts.versions_seen ?? {}, 'versions_seen');
    const body = `${head},"channel_values":${values},"channel_versions":${versions},"versions_seen":${seen}}`;
    return Buffer.from(body);
  }

  #takeHeld(): HeldWrites[] {
    if (this.#flushSoon !== undefined) clearImmediate(this.#flushSoon);
    this.#flushSoon = undefined;
    const held = this.#held;
    this.#held = [];
    return held;
  }

  /** @throws what kept it from storing; held writes are then refused with the same. */
  #store(checkpoint?: CheckpointRow): void {
    const writes = this.#takeHeld();
    const batch = { lease: this.#lease, runId: this.#runId, writes };
    try {
      this.tables.store(checkpoint === undefined ? batch : { ...batch, checkpoint });
    } catch (error) {
      for (const { reject } of writes) reject(error);
      throw error;
    }
    for (const { resolve } of writes) resolve();
  }

  #flush(): void {
    if (this.#held.length === 0) return;
    try {
      this.#store();
    } catch {
      // Each held write's promise has been rejected with it.
    }
  }
}
