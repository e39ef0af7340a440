import type { CheckpointGroup } from './checkpoint-group.ts';
import type { Savers } from '../lazy-savers.ts';
import { StateSerializer } from '../state-serializer.ts';
import { CheckpointReader, type CheckpointConnection } from './checkpoint-reader.ts';
import { FencedSaver } from './fenced-saver.ts';
import type { SharedFrom } from './shared-lists.ts';

/** The savers of one connection. */
export const createSavers = (
  parts: Omit<CheckpointConnection, 'serializer'> & {
    group: CheckpointGroup;
    sharedFrom: SharedFrom | undefined;
  },
): Savers => {
  const connection = { ...parts, serializer: new StateSerializer() };
  return {
    saver: new CheckpointReader(connection),
    writer: (input) => new FencedSaver(connection, input),
  };
};
