import type { EventCursor } from '../../model/run-event.ts';

/** One event of the agent streaming protocol, version 2. */
export interface ProtocolEvent {
  type: 'event';
  event_id: string;
  /** Increases over the whole thread, across runs, attempts and restarts. */
  seq: number;
  method: string;
  params: {
    namespace: string[];
    /** Milliseconds since 1970, when it was sent. */
    timestamp: number;
    node?: string;
    data: unknown;
  };
}

/** An event before it has its place. */
export interface Unplaced {
  method: string;
  namespace: string[];
  node?: string | undefined;
  data: unknown;
}

/** Numbers of the events one line of the log may become. */
const SUBS = 128;
/** Lines of one claim. With `SUBS` this leaves 2 million claims of a thread below the largest safe integer. */
const LINES = 2 ** 25;

/**
 * What a line becomes has fixed places, so that an event has the same number whatever else a reader asked for: first
 * what it says of namespaces, then the messages it ends, then what it is itself.
 */
const LANES = { lifecycle: [0, 31], finish: [32, 95], own: [96, 127] } as const;

export type Lane = keyof typeof LANES;

/** The number of a line's first event. */
export const lineNumber = ({ fence, seq }: EventCursor): number => (fence * LINES + seq) * SUBS;

/** The number of a line's last event. */
export const lineEnd = (cursor: EventCursor): number => lineNumber(cursor) + SUBS - 1;

/** The line an event with this number came from. */
export const lineOf = (number: number): EventCursor => {
  const line = Math.floor(number / SUBS);
  return { fence: Math.floor(line / LINES), seq: line % LINES };
};

/** Where the events of a run that never wrote a line stand: after all that was before it. */
export const afterFence = (fence: number): EventCursor => ({ fence, seq: LINES - 1 });

/** Gives the events of one lane of a line their places. Should there be more than numbers, each still has its own id. */
export const placed = (events: Unplaced[], cursor: EventCursor, lane: Lane): ProtocolEvent[] => {
  const [first, last] = LANES[lane];
  return events.map(({ method, namespace, node, data }, index) => {
    const seq = lineNumber(cursor) + Math.min(first + index, last);
    return {
      type: 'event',
      event_id: first + index > last ? `${seq}.${index}` : String(seq),
      seq,
      method,
      params: { namespace, timestamp: Date.now(), ...(node !== undefined && { node }), data },
    };
  });
};

/** The question with the id by which it is answered. */
export const inputRequested = (namespace: string[], id: string, payload: unknown): Unplaced => ({
  method: 'input.requested',
  namespace,
  data: { interrupt_id: id, payload },
});

export const rootLifecycle = (event: string, more: Record<string, unknown>): Unplaced => ({
  method: 'lifecycle',
  namespace: [],
  data: { event, ...more },
});
