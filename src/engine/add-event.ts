import { UnstorableValueError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import type { EventSink } from './event-sink.ts';
import { messageOf } from './outcome.ts';

/**
 * A question is shown when it can be answered: with the end of the run.
 * @throws {UnstorableValueError} what cannot be written down fails the run, as it would in a checkpoint.
 */
export const addEvent = (sink: EventSink, event: string, payload: unknown): void => {
  try {
    if (isRecord(payload) && '__interrupt__' in payload) sink.addLast(event, payload);
    else sink.add(event, payload);
  } catch (error) {
    throw new UnstorableValueError(`event "${event}"`, problemOf(error));
  }
};

/** What the value throws itself while it is written (a getter, `toJSON`) is told as it is. */
const problemOf = (error: unknown): string => {
  if (error instanceof RangeError) return 'is nested deeper than can be written';
  const message = messageOf(error);
  return error instanceof TypeError && message.includes('circular')
    ? 'contains itself'
    : `cannot be written: ${message}`;
};

export const isBreakpoint = (payload: unknown): boolean =>
  isRecord(payload) && Array.isArray(payload['__interrupt__']) && payload['__interrupt__'].length === 0;
