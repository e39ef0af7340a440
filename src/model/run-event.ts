/** Position in a thread's event log: increases over the whole thread, also across runs and owners. */
export interface EventCursor {
  fence: number;
  seq: number;
}

/** Where a `values` event's payload is to be found instead of being stored again: these keys of that checkpoint. */
export interface ValuesRef {
  ns: string;
  checkpointId: string;
  keys: string[];
  /** Where the checkpoint stands in the thread's history; absent in what older versions stored. */
  parentId?: string | undefined;
  step?: number;
  source?: string;
}

/** One line of the event log. `data` is JSON text; with `ref` it is built from the checkpoint when read. */
export interface RunEvent {
  cursor: EventCursor;
  runId: string;
  /** The event's name on the wire: a stream mode, `mode|namespace`, `metadata` or `error`. */
  event: string;
  data: string | null;
  ref: ValuesRef | null;
}

export type NewRunEvent = Pick<RunEvent, 'event' | 'data' | 'ref'> & { seq: number };

/** Before every event. */
export const LOG_START: EventCursor = { fence: 0, seq: 0 };

/** `<fence>-<seq>`, the shape of a Redis Stream id. */
export const formatEventId = ({ fence, seq }: EventCursor): string => `${fence}-${seq}`;

/** The cursor in a `Last-Event-ID`; `-1`, `-` and the empty string mean the start. Undefined when it is no id of ours. */
export const parseEventId = (id: string): EventCursor | undefined => {
  if (id === '-1' || id === '-' || id === '') return LOG_START;
  const match = /^(\d{1,15})-(\d{1,15})$/.exec(id);
  return match ? { fence: Number(match[1]), seq: Number(match[2]) } : undefined;
};
