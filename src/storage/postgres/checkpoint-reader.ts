import { isDeepStrictEqual } from 'node:util';
import type { RunnableConfig } from '@langchain/core/runnables';
import {
  BaseCheckpointSaver,
  maxChannelVersion,
  TASKS,
  type Checkpoint,
  type CheckpointListOptions,
  type CheckpointTuple,
} from '@langchain/langgraph-checkpoint';
import { checkpointTuple, type CheckpointRow } from '../checkpoint-rows.ts';
import type { StateSerializer } from '../state-serializer.ts';
import type { CheckpointTables } from './checkpoint-tables.ts';

export interface CheckpointConnection {
  tables: CheckpointTables;
  serializer: StateSerializer;
}

const READ_ONLY = 'this checkpointer only reads: writing takes the writer of a run that holds the lease';

/** Checkpoints as LangGraph reads them; "latest" and every order is that of insertion. Cannot write. */
export class CheckpointReader extends BaseCheckpointSaver {
  protected readonly tables: CheckpointTables;
  protected readonly serializer: StateSerializer;

  constructor({ tables, serializer }: CheckpointConnection) {
    super(serializer);
    this.tables = tables;
    this.serializer = serializer;
  }

  async getTuple(config: RunnableConfig): Promise<CheckpointTuple | undefined> {
    const { thread_id: threadId, checkpoint_ns: ns = '', checkpoint_id: id } = config.configurable ?? {};
    const row = await (id ? this.tables.byId(threadId, ns, id) : this.tables.latest(threadId, ns));
    if (row === undefined) return undefined;
    const tuple = await this.#toTuple(row);
    return id ? { ...tuple, config } : tuple;
  }

  /** Newest insertion first; each checkpoint is read when it is its turn, and one deleted meanwhile is left out. */
  async *list(config: RunnableConfig, options: CheckpointListOptions = {}): AsyncGenerator<CheckpointTuple> {
    const wanted = Object.entries(options.filter ?? {}).filter(([, value]) => value !== undefined);
    let left = options.limit ? Math.trunc(options.limit) : Infinity;
    for (const seq of await this.#select(config, options)) {
      if (left <= 0) return;
      const row = await this.tables.bySeq(seq);
      if (row === undefined || !hasMetadata(row, wanted)) continue;
      left--;
      yield await this.#toTuple(row);
    }
  }

  async put(..._args: Parameters<BaseCheckpointSaver['put']>): Promise<RunnableConfig> {
    throw new Error(READ_ONLY);
  }

  async putWrites(..._args: Parameters<BaseCheckpointSaver['putWrites']>): Promise<void> {
    throw new Error(READ_ONLY);
  }

  async deleteThread(_threadId: string): Promise<void> {
    throw new Error(READ_ONLY);
  }

  /** The sequence numbers of the checkpoints in question; only as many as asked for when nothing filters them later. */
  async #select(config: RunnableConfig, { before, filter, limit }: CheckpointListOptions): Promise<number[]> {
    const values: unknown[] = [];
    const where = placeOf(config, 'c', values);
    const beforeId: unknown = before?.configurable?.['checkpoint_id'];
    if (typeof beforeId === 'string') {
      const place = { configurable: { ...placeIn(config), ...placeIn(before) } };
      const named = placeOf(place, 'b', values);
      values.push(beforeId);
      where.push(
        `c.seq < (SELECT min(b.seq) FROM checkpoints b WHERE ${[...named, `b.checkpoint_id = $${values.length}`].join(' AND ')})`,
      );
    }
    values.push(filter === undefined && limit ? Math.trunc(limit) : null);
    const clause = where.length === 0 ? '' : `WHERE ${where.join(' AND ')}`;
    const rows = await this.tables.query<{ seq: number }>(
      `SELECT c.seq FROM checkpoints c ${clause} ORDER BY c.seq DESC LIMIT $${values.length}`,
      values,
    );
    return rows.map(({ seq }) => seq);
  }

  async #toTuple(row: CheckpointRow): Promise<CheckpointTuple> {
    const tuple = await checkpointTuple(this.serializer, row, await this.tables.writesOf(row));
    if (tuple.checkpoint.v < 4 && row.parent_checkpoint_id !== null)
      await this.#takeSends(tuple.checkpoint, { ...row, checkpoint_id: row.parent_checkpoint_id });
    return tuple;
  }

  /** Old checkpoints left the sends of a step with its parent's writes; LangGraph looks for them in a channel. */
  async #takeSends(checkpoint: Checkpoint, parent: CheckpointRow): Promise<void> {
    const writes = (await this.tables.writesOf(parent)).filter(({ channel }) => channel === TASKS);
    const versions = Object.values(checkpoint.channel_versions);
    checkpoint.channel_values[TASKS] = await Promise.all(
      writes.map(({ type, value }) => this.serializer.load(type ?? 'json', value)),
    );
    checkpoint.channel_versions[TASKS] =
      versions.length > 0 ? maxChannelVersion(...versions) : this.getNextVersion(undefined);
  }
}

/** The thread and namespace that a config names, as far as it does. */
const placeIn = (config: RunnableConfig | undefined): Record<string, string> => {
  const { thread_id: threadId, checkpoint_ns: ns } = config?.configurable ?? {};
  return {
    ...(threadId && { thread_id: String(threadId) }),
    ...(typeof ns === 'string' && { checkpoint_ns: ns }),
  };
};

const placeOf = (config: RunnableConfig, alias: string, values: unknown[]): string[] =>
  Object.entries(placeIn(config)).map(([column, value]) => `${alias}.${column} = $${values.push(value)}`);

const hasMetadata = ({ metadata }: CheckpointRow, wanted: [string, unknown][]): boolean => {
  if (wanted.length === 0) return true;
  const found = JSON.parse(Buffer.from(metadata).toString('utf8')) as Record<string, unknown>;
  return wanted.every(([key, value]) =>
    isDeepStrictEqual(found[key], JSON.parse(JSON.stringify(value) ?? 'null')),
  );
};
