import type { RunnableConfig } from '@langchain/core/runnables';
import type { CheckpointListOptions, CheckpointTuple } from '@langchain/langgraph-checkpoint';
import { SqliteSaver } from '@langchain/langgraph-checkpoint-sqlite';
import type { Database } from 'better-sqlite3';
import { HoldpointError } from '../../model/errors.ts';
import { checkpointTuple, type CheckpointRow } from '../checkpoint-rows.ts';
import type { StateSerializer } from '../state-serializer.ts';
import type { ListQuery } from './checkpoint-list.ts';
import type { CheckpointTables } from './checkpoint-tables.ts';
import { MissingItemsError } from './list-tables.ts';

/** One connection with what is prepared on it; every saver of a file shares one. */
export interface CheckpointConnection {
  db: Database;
  tables: CheckpointTables;
  serializer: StateSerializer;
}

const READ_ONLY = 'this checkpointer only reads: writing takes the writer of a run that holds the lease';

/** @throws {HoldpointError} `storage_unavailable` for what is no checkpoint (any more). */
const readable = async <T>(row: CheckpointRow, read: () => Promise<T>): Promise<T> => {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof SyntaxError || error instanceof MissingItemsError)) throw error;
    const { thread_id: threadId, checkpoint_id: checkpointId } = row;
    throw new HoldpointError(
      'storage_unavailable',
      `Checkpoint ${checkpointId} of thread ${threadId} is damaged: restore a backup, or resume from an earlier one.`,
      { details: { thread_id: threadId, checkpoint_id: checkpointId }, cause: error },
    );
  }
};

/** The thread and namespace that a config names, as far as it does. */
const toPlace = ({ configurable }: RunnableConfig): Pick<ListQuery, 'threadId' | 'ns'> => {
  const { thread_id: threadId, checkpoint_ns: ns } = configurable ?? {};
  return { ...(threadId && { threadId }), ...(typeof ns === 'string' && { ns }) };
};

/**
 * LangGraph's `SqliteSaver` with reads of our own: "latest" and every order is that of insertion, so that a clock
 * set back hides nothing; binary values come back as they were. Cannot write.
 */
export class CheckpointReader extends SqliteSaver {
  protected readonly tables: CheckpointTables;
  protected readonly serializer: StateSerializer;

  constructor({ db, tables, serializer }: CheckpointConnection) {
    super(db, serializer);
    this.tables = tables;
    this.serializer = serializer;
    this.isSetup = true;
  }

  override async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread_id: threadId, checkpoint_ns: ns = '', checkpoint_id: id } = config.configurable ?? {};
    const row = id ? this.tables.byId(threadId, ns, id) : this.tables.latest(threadId, ns);
    if (row === undefined) return undefined;
    const tuple = await this.#toTuple(row, this.learn.bind(this));
    return id ? { ...tuple, config } : tuple;
  }

  /**
   * Newest insertion first. The selection is made at the first step and each checkpoint read when it is its turn,
   * so that a long history is never held in memory; one deleted meanwhile is left out.
   */
  override async *list(
    config: RunnableConfig,
    options: CheckpointListOptions = {},
  ): AsyncGenerator<CheckpointTuple> {
    for (const rowid of this.tables.list(this.#toQuery(config, options))) {
      const row = this.tables.byRowid(rowid);
      if (row !== undefined) yield await this.#toTuple(row);
    }
  }

  override async put(..._args: Parameters<SqliteSaver['put']>): Promise<RunnableConfig> {
    throw new Error(READ_ONLY);
  }

  override async putWrites(..._args: Parameters<SqliteSaver['putWrites']>): Promise<void> {
    throw new Error(READ_ONLY);
  }

  override async deleteThread(_threadId: string): Promise<void> {
    throw new Error(READ_ONLY);
  }

  /** Hears of each checkpoint that somebody may go on from. */
  protected learn(_row: CheckpointRow, _tuple: CheckpointTuple): void {}

  #toQuery(config: RunnableConfig, { before, filter, limit }: CheckpointListOptions): ListQuery {
    const query: ListQuery = toPlace(config);
    const checkpointId: unknown = before?.configurable?.['checkpoint_id'];
    if (before !== undefined && typeof checkpointId === 'string') {
      query.before = {
        ...(query.threadId && { threadId: query.threadId }),
        ...toPlace(before),
        checkpointId,
      };
    }
    if (limit) query.limit = Math.trunc(limit);
    const wanted = Object.entries(filter ?? {}).filter(([, value]) => value !== undefined);
    if (wanted.length > 0) query.filter = this.serializer.text(Object.fromEntries(wanted), 'filter');
    return query;
  }

  async #toTuple(stored: CheckpointRow, learn?: typeof this.learn): Promise<CheckpointTuple> {
    const writes = this.tables.writesOf(stored);
    const [row, tuple] = await readable(stored, async () => {
      const whole = this.tables.lists.whole(stored);
      return [whole, await checkpointTuple(this.serializer, whole, writes)] as const;
    });
    learn?.(row, tuple);
    if (tuple.checkpoint.v < 4 && row.parent_checkpoint_id !== null)
      await this.migratePendingSends(tuple.checkpoint, row.thread_id, row.parent_checkpoint_id);
    return tuple;
  }
}
