import type {
  Checkpoint,
  CheckpointMetadata,
  CheckpointPendingWrite,
  CheckpointTuple,
} from '@langchain/langgraph-checkpoint';
import { isRecord } from '../model/json.ts';
import type { Lease } from '../model/lease.ts';
import type { QuestionsAsked } from './checkpoints.ts';
import type { StateSerializer } from './state-serializer.ts';

export interface CheckpointRow {
  thread_id: string;
  checkpoint_ns: string;
  checkpoint_id: string;
  parent_checkpoint_id: string | null;
  type: string | null;
  checkpoint: Uint8Array | string;
  metadata: Uint8Array | string;
  /** Which lists of the thread were put into it, where the backend keeps long lists apart. */
  lists?: [channel: string, listId: number, length: number][];
}

export interface WriteRow {
  checkpoint_ns: string;
  checkpoint_id: string;
  task_id: string;
  idx: number;
  channel: string;
  type: string | null;
  value: Uint8Array | string;
}

/** Writes of one task. Those of special channels replace what the task wrote before; others keep it. */
export interface TaskWrites {
  replace: boolean;
  rows: WriteRow[];
}

/** What one transaction stores for the run that holds the lease. */
export interface StoreBatch {
  lease: Lease;
  runId: string;
  writes: TaskWrites[];
  /** In the order they came. */
  checkpoints: CheckpointRow[];
}

/** A checkpoint as it is stored. `key` names its place; `key.checkpoint_id` its parent. */
export const checkpointRow = (
  serializer: StateSerializer,
  stored: {
    key: { thread_id: string; checkpoint_ns: string; checkpoint_id: string | undefined };
    checkpoint: Checkpoint;
    metadata: CheckpointMetadata;
  },
): CheckpointRow => {
  const { key, checkpoint, metadata } = stored;
  return {
    thread_id: key.thread_id,
    checkpoint_ns: key.checkpoint_ns,
    checkpoint_id: checkpoint.id,
    parent_checkpoint_id: key.checkpoint_id ?? null,
    type: 'json',
    checkpoint: Buffer.from(checkpointText(serializer, checkpoint)),
    metadata: serializer.dump(metadata, 'metadata')[1],
  };
};

/** The fields of a checkpoint and no more; in parts, so that an error's path begins with the channel. */
export const checkpointText = (serializer: StateSerializer, { v, id, ts, ...parts }: Checkpoint): string => {
  const text = (part: unknown, path?: string): string => serializer.text(part, path);
  const head = text({ v, id, ts }, 'checkpoint').slice(0, -1);
  const values = text(parts.channel_values ?? {});
  const versions = text(parts.channel_versions ?? {}, 'channel_versions');
  const seen = text(parts.versions_seen ?? {}, 'versions_seen');
  return `${head},"channel_values":${values},"channel_versions":${versions},"versions_seen":${seen}}`;
};

/** What LangGraph makes of a stored checkpoint and the writes that wait on it. */
export const checkpointTuple = async (
  serializer: StateSerializer,
  row: CheckpointRow,
  writes: WriteRow[],
): Promise<CheckpointTuple> => {
  const { thread_id, checkpoint_ns, checkpoint_id, parent_checkpoint_id: parentId } = row;
  const type = row.type ?? 'json';
  const pendingWrite = async (write: WriteRow): Promise<CheckpointPendingWrite> => [
    write.task_id,
    write.channel,
    await serializer.load(write.type ?? 'json', write.value),
  ];
  return {
    checkpoint: (await serializer.load(type, row.checkpoint)) as Checkpoint,
    config: { configurable: { thread_id, checkpoint_ns, checkpoint_id } },
    metadata: (await serializer.load(type, row.metadata)) as CheckpointMetadata,
    pendingWrites: await Promise.all(writes.map(pendingWrite)),
    ...(parentId && {
      parentConfig: { configurable: { thread_id, checkpoint_ns, checkpoint_id: parentId } },
    }),
  };
};

/** The ids of the interrupts in a stored write of a task that raised them. */
export const interruptIds = (stored: Uint8Array | string): string[] => {
  const value: unknown = JSON.parse(
    typeof stored === 'string' ? stored : Buffer.from(stored).toString('utf8'),
  );
  const interrupts: unknown[] = Array.isArray(value) ? value : [value];
  return interrupts.flatMap((one) => (isRecord(one) && typeof one['id'] === 'string' ? [one['id']] : []));
};

/** A question of a run and what became of it. */
export interface AskedRow {
  question: Uint8Array | string;
  raisedBy: string;
  /** The answers the task has used, or null. */
  answers: Uint8Array | string | null;
}

/** A question of a subgraph is stored with the tasks around it too; only its own has answers. */
export const questionsAsked = (rows: AskedRow[]): QuestionsAsked['byId'] => {
  const byId: QuestionsAsked['byId'] = new Map();
  for (const { question, raisedBy, answers } of rows) {
    const used = answers === null ? 0 : listLength(answers);
    for (const id of interruptIds(question)) {
      byId.set(id, { raisedBy, answers: Math.max(used, byId.get(id)?.answers ?? 0) });
    }
  }
  return byId;
};

const listLength = (stored: Uint8Array | string): number => {
  const value: unknown = JSON.parse(Buffer.from(stored).toString('utf8'));
  return Array.isArray(value) ? value.length : 1;
};

/** The step in each checkpoint's metadata, by thread. */
export const stepsIn = (rows: { thread_id: string; metadata: string }[]): Map<string, number> => {
  const steps = new Map<string, number>();
  for (const { thread_id: threadId, metadata } of rows) {
    const { step } = JSON.parse(metadata) as { step?: unknown };
    if (typeof step === 'number') steps.set(threadId, step);
  }
  return steps;
};
