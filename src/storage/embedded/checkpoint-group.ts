import type { Database } from 'better-sqlite3';
import { LeaseLostError } from '../../model/errors.ts';
import type { AtPoint, SharingBatch } from './checkpoint-tables.ts';

interface Waiting {
  batch: SharingBatch;
  /** Whether the writer that asked has been closed since. */
  closed: () => boolean;
  resolve: () => void;
  reject: (error: unknown) => void;
}

/** What attempts store in one turn of the event loop, in one commit. */
export interface CheckpointGroup {
  /** Resolves when the batch is on disk. Each batch is all or nothing by itself, in the order they came. */
  store(batch: SharingBatch, closed: () => boolean): Promise<void>;
  /** Commits now what waits for the end of the turn. */
  flush(): void;
}

/**
 * Tasks that end in the same turn, and the checkpoint that follows them, share one transaction and one flush to
 * disk; so do concurrent runs. A batch that is refused takes none of the others with it.
 */
export const createCheckpointGroup = (
  db: Database,
  store: (batch: SharingBatch) => void,
  at: AtPoint = () => {},
): CheckpointGroup => {
  let waiting: Waiting[] = [];
  let soon: NodeJS.Immediate | undefined;

  const storeOne = ({ batch, closed, reject }: Waiting): boolean => {
    try {
      if (closed()) throw new LeaseLostError(batch.lease.threadId);
      store(batch); // a savepoint: it is a transaction within one
      return true;
    } catch (error) {
      if (!db.inTransaction) throw error;
      reject(error);
      return false;
    }
  };
  const storeAll = db.transaction((group: Waiting[]) => {
    const stored = group.filter(storeOne);
    at('store:before-commit');
    return stored;
  });

  const flush = (): void => {
    if (soon !== undefined) clearImmediate(soon);
    soon = undefined;
    const group = waiting;
    if (group.length === 0) return;
    waiting = [];
    try {
      const stored = storeAll.immediate(group);
      at('store:committed');
      for (const { resolve } of stored) resolve();
    } catch (error) {
      for (const { reject } of group) reject(error);
    }
  };
  return {
    flush,
    store: (batch, closed) =>
      new Promise((resolve, reject) => {
        waiting.push({ batch, closed, resolve, reject });
        soon ??= setImmediate(flush);
      }),
  };
};
