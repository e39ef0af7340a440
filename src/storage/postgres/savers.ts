import type { Clock } from '../../model/clock.ts';
import type { Savers } from '../lazy-savers.ts';
import { StateSerializer } from '../state-serializer.ts';
import { CheckpointReader, type CheckpointConnection } from './checkpoint-reader.ts';
import { FencedSaver } from './fenced-saver.ts';

/** The savers of one connection. */
export const createSavers = (parts: Omit<CheckpointConnection, 'serializer'> & { clock: Clock }): Savers => {
  const connection = { ...parts, serializer: new StateSerializer() };
  return {
    saver: new CheckpointReader(connection),
    writer: (input) => new FencedSaver(connection, input),
  };
};
