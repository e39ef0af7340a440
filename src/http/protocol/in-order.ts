/** Those of one log have the same number whoever reads them. */
interface Numbered {
  seq: number;
}

/** What a reader read at once. */
interface Read<T extends Numbered> {
  /** In order. */
  events: T[];
  /** It has read all up to this number. */
  upTo: number;
}

/** One of several readers of a log. */
export interface OrderedReader<T extends Numbered> {
  /** Settles once all of it is taken: only then may the reader give more. */
  give(read: Read<T>): Promise<void>;
  /** It reads no further. What it gave and is not sent yet is dropped. */
  leave(): void;
}

/** So long nobody may come on before the others go on without them. A reader that lost a signal looks within a second. */
const WAIT_MS = 1500;

interface Place<T extends Numbered> extends Read<T> {
  /** How many of its events are sent. */
  sent: number;
  taken: () => void;
}

/**
 * Readers of one log, each at its own pace, to one ear: events are sent in the order of their numbers, over all readers.
 * One waits until each other reader has read up to its number, unless none of them comes on for `waitMs`. What a reader
 * reads that joined late may be older than what was sent before it joined.
 */
export class InOrder<T extends Numbered> {
  readonly #send: (events: T[]) => Promise<void>;
  readonly #waitMs: number;
  readonly #places = new Set<Place<T>>();
  #timer: NodeJS.Timeout | undefined;

  /** @param send settles once the events are taken */
  constructor(send: (events: T[]) => Promise<void>, waitMs = WAIT_MS) {
    this.#send = send;
    this.#waitMs = waitMs;
  }

  join(): OrderedReader<T> {
    const place: Place<T> = { events: [], sent: 0, upTo: -1, taken: nothing };
    this.#places.add(place);
    return {
      give: (read) =>
        new Promise<void>((resolve) => {
          Object.assign(place, read, { sent: 0, taken: resolve });
          this.#goOn();
        }),
      leave: () => {
        if (!this.#places.delete(place)) return;
        release(place)();
        this.#goOn();
      },
    };
  }

  #goOn(whoeverIsBehind = false): void {
    clearTimeout(this.#timer);
    const events = this.#take(whoeverIsBehind);
    const emptied = [...this.#places].filter((place) => nextOf(place) === undefined).map(release);
    const settle = (): void => emptied.forEach((taken) => taken());
    if (events.length > 0) void this.#send(events).then(settle);
    else settle();
    if (firstOf(this.#places)) this.#timer = setTimeout(() => this.#goOn(true), this.#waitMs);
  }

  #take(whoeverIsBehind: boolean): T[] {
    const taken: T[] = [];
    for (;;) {
      const place = firstOf(this.#places);
      const next = place && nextOf(place);
      if (!next || !(whoeverIsBehind || this.#mayGo(next.seq))) return taken;
      place.sent++;
      taken.push(next);
    }
  }

  #mayGo(seq: number): boolean {
    return [...this.#places].every((place) => nextOf(place) !== undefined || place.upTo >= seq);
  }
}

const nothing = (): void => {};

const nextOf = <T extends Numbered>({ events, sent }: Place<T>): T | undefined => events[sent];

/** What lets the reader go on, once only. */
const release = <T extends Numbered>(place: Place<T>): (() => void) => {
  const { taken } = place;
  place.taken = nothing;
  return taken;
};

/** The one whose next event has the smallest number. */
const firstOf = <T extends Numbered>(places: Iterable<Place<T>>): Place<T> | undefined => {
  let first: Place<T> | undefined;
  for (const place of places) {
    const seq = nextOf(place)?.seq;
    if (seq !== undefined && seq < ((first && nextOf(first)?.seq) ?? Infinity)) first = place;
  }
  return first;
};
