interface Awaited {
  /** The same at every replay of the step. */
  key: string;
  event: string;
  /** What the event's data must say, by path. */
  match: Record<string, unknown>;
}

/** What a node waits for from outside, as it says. */
export interface WaitTerms extends Awaited {
  /** Events from then on count (ms since the epoch); null: from the beginning of the step. */
  sinceMs: number | null;
  /** How long after the beginning of the step it is given up; null: never. */
  timeoutMs: number | null;
  /** The checkpoint that the step begins with; null: not known. */
  begins: { ns: string; id: string } | null;
}

/** The same, in times of the storage's clock. */
export interface Wait extends Awaited {
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
  /**
   * What has come for this wait, after `after`; null when it is given up. Undefined: the run is to be paused until it
   * comes. To be followed by what makes LangGraph end the step.
   */
  arrived(wait: WaitTerms, after: EventPlace | null): Promise<Arrival | null | undefined>;
}
