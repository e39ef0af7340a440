import { isRecord } from '../model/json.ts';
import type { ValuesRef } from '../model/run-event.ts';
import type { CheckpointPut } from '../storage/checkpoints.ts';

/** Checkpoints of one namespace whose values an event may still be about: the stream lags a step or two behind. */
const REMEMBERED = 3;

/**
 * Finds the checkpoint that holds the very values a `values` event repeats, so that the log can refer to it
 * instead of storing the whole state once more. Exact: every value must be the same object or scalar.
 */
export interface ValuesRefs {
  stored(put: CheckpointPut): void;
  find(values: unknown): ValuesRef | undefined;
}

export const createValuesRefs = (): ValuesRefs => {
  const recent: CheckpointPut[] = [];
  return {
    stored: (put) => {
      recent.unshift(put);
      if (recent.length > REMEMBERED) recent.pop();
    },
    find: (values) => {
      if (!isRecord(values)) return undefined;
      const keys = Object.keys(values);
      const put = recent.find(({ checkpoint }) =>
        keys.every((key) => Object.is(checkpoint.channel_values[key], values[key])),
      );
      if (!put) return undefined;
      const { ns, checkpoint, parentId, step, source } = put;
      return { ns, checkpointId: checkpoint.id, keys, parentId, step, source };
    },
  };
};
