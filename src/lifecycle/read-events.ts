import type { EventCursor, RunEvent, ValuesRef } from '../model/run-event.ts';
import { showInPayload, type ShowQuestion } from '../model/shown-questions.ts';
import { encodeState } from '../model/state-json.ts';
import type { Storage } from '../storage/ports.ts';
import { createSharedLook } from './shared-look.ts';

/** Characters handed on at once. */
const BATCH = 256 * 1024;

/** A line of the event log as a reader gets it: `data` is JSON text. */
export interface ObservedEvent {
  cursor: EventCursor;
  event: string;
  data: string;
}

/** One that says whose it is. */
export interface ThreadEvent extends ObservedEvent {
  runId: string;
  /** The checkpoint its values are those of, if they are. */
  ref: ValuesRef | null;
}

export interface ReadEventsDeps {
  storage: Storage;
  /** How questions in the events are shown; as they were asked when absent. */
  showQuestion?: ShowQuestion;
}

/**
 * Events with their payloads, no more at once than a batch and the one that fills it. `skipValues` leaves the values
 * of checkpoints unread, for readers that do not show them.
 */
export const createReadBatches = ({ storage, showQuestion }: ReadEventsDeps) => {
  const shared = createSharedLook<string>();
  const values = (threadId: string, ref: ValuesRef): Promise<string> =>
    shared(JSON.stringify([threadId, ref]), () => referred(storage, threadId, ref));
  const text = async (threadId: string, { data, ref }: RunEvent, skipValues: boolean): Promise<string> => {
    if (ref) return skipValues ? 'null' : values(threadId, ref);
    return showQuestion ? showInPayload(showQuestion, data ?? 'null') : (data ?? 'null');
  };
  return async function* (
    threadId: string,
    events: RunEvent[],
    skipValues = false,
  ): AsyncGenerator<ThreadEvent[]> {
    let batch: ThreadEvent[] = [];
    let size = 0;
    for (const line of events) {
      const { cursor, runId, event, ref } = line;
      const data = await text(threadId, line, skipValues);
      batch.push({ cursor, runId, event, data, ref });
      size += data.length;
      if (size < BATCH) continue;
      yield batch;
      [batch, size] = [[], 0];
    }
    if (batch.length > 0) yield batch;
  };
};

/** The values of the checkpoint a reference names. */
const referred = async (storage: Storage, threadId: string, ref: ValuesRef): Promise<string> => {
  const tuple = await storage.checkpoints.reader.getTuple({
    configurable: { thread_id: threadId, checkpoint_ns: ref.ns, checkpoint_id: ref.checkpointId },
  });
  const values = tuple?.checkpoint.channel_values ?? {};
  return encodeState(Object.fromEntries(ref.keys.map((key) => [key, values[key]])));
};
