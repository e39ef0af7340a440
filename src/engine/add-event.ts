import { UnstorableValueError } from '../model/errors.ts';
import { isRecord } from '../model/json.ts';
import type { EventSink } from './event-sink.ts';

/**
 * A question is shown when it can be answered: with the end of the run.
 * @throws {UnstorableValueError} what cannot be written down fails the run, as it would in a checkpoint.
 */
export const addEvent = (sink: EventSink, event: string, payload: unknown): void => {
  try {
    if (isRecord(payload) && '__interrupt__' in payload) sink.addLast(event, payload);
    else sink.add(event, payload);
  } catch (error) {
    const problem = error instanceof RangeError ? 'is nested deeper than can be written' : 'contains itself';
    throw new UnstorableValueError(`event "${event}"`, problem);
  }
};

export const isBreakpoint = (payload: unknown): boolean =>
  isRecord(payload) && Array.isArray(payload['__interrupt__']) && payload['__interrupt__'].length === 0;
