/** What a node waits for from outside. */
export interface Wait {
  /** The same at every replay of the step. */
  key: string;
  event: string;
  /** What the event's data must say, by path. */
  match: Record<string, unknown>;
  /** Events from then on count (ms since the epoch). */
  sinceMs: number;
  /** When it is given up (ms since the epoch); null: never. */
  expiresMs: number | null;
}

/** Where an event stands among all that came, so that the next wait begins after it. */
export interface EventPlace {
  receivedMs: number;
  eventId: string;
}

/** What was waited for. Its place is null where a person went on without the event. */
export interface Arrival {
  data: unknown;
  place: EventPlace | null;
}

/** What the code of a graph sees of the run it belongs to, under Holdpoint. */
export interface RunHandle {
  /** A pause was asked for, or the worker is to end: the step should stop where it can. */
  readonly drainRequested: boolean;
  /** The step stops at a point of its own choice. To be followed by what makes LangGraph end it. */
  stopHere(): void;
  /** What has come for this wait, after `after`. */
  arrived(wait: Wait, after: EventPlace | null): Promise<Arrival | undefined>;
  /** The run is to be paused until it comes. To be followed by what makes LangGraph end the step. */
  mustWait(wait: Wait): void;
}
