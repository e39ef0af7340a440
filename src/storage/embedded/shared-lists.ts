import type { Checkpoint } from '@langchain/langgraph-checkpoint';
import { checkpointText } from '../checkpoint-rows.ts';
import type { StateSerializer } from '../state-serializer.ts';
import { isAsPrinted, printOf, type ItemPrint } from './item-print.ts';
import { SHARED, type ListReads, type ListRef, type ListRows, type SharedText } from './list-tables.ts';

/** What is shorter stays within its checkpoint: for it a place of its own costs more. In characters of its text. */
export interface SharedFrom {
  list: number;
  /** Of the items of a list, on average. */
  item: number;
}

export const SHARED_FROM: SharedFrom = { list: 8 * 1024, item: 64 };

/** Lists that go on from another that goes on from another: after so many a list is written anew. */
const DEEPEST = 8;

/** A list as this writer has seen it last. */
interface Known extends ListRef {
  /** How many items the list has; more than `length` when another line of history went on. */
  end: number;
  depth: number;
  items: readonly unknown[];
  /** What each item was made of: one that was changed in place is another. */
  prints: readonly (ItemPrint | undefined)[];
}

type Seen = Omit<Known, 'prints'> & { untouched?: number };

const NOTHING_SHARED = { same: 0, untouched: 0 };

/** A checkpoint as it is to be stored, and what it adds to the lists of its thread. */
export interface Encoded {
  type: string;
  text: string;
  rows: ListRows | undefined;
}

/**
 * Takes the long lists out of the checkpoints of one writer, so that what a step stores is what the step added. An item
 * is unchanged when every value in it, at every level, is the very one it was; else its text decides.
 */
export class SharedLists {
  readonly #threadId: string;
  readonly #reads: ListReads;
  readonly #serializer: StateSerializer;
  readonly #flush: () => void;
  readonly #from: SharedFrom;
  readonly #known = new Map<string, Known>();
  #lastId: number | undefined;

  /** `flush` brings to disk what waits to be stored. */
  constructor(input: {
    threadId: string;
    reads: ListReads;
    serializer: StateSerializer;
    flush: () => void;
    from: SharedFrom;
  }) {
    this.#threadId = input.threadId;
    this.#reads = input.reads;
    this.#serializer = input.serializer;
    this.#flush = input.flush;
    this.#from = input.from;
  }

  /** What was read is what LangGraph goes on from. */
  learn(ns: string, values: Record<string, unknown>, lists: SharedText['lists']): void {
    this.#flush(); // a list that has waiting items has them at its end
    for (const [channel, listId, length] of lists) {
      const items = values[channel];
      if (!isPlainList(items) || items.length !== length) continue;
      const end = this.#reads.end(this.#threadId, listId);
      const depth = this.#reads.depth(this.#threadId, listId);
      this.#remember(ns, channel, { listId, length, end, depth, items });
    }
  }

  /** Something that was to be stored was not: nothing is known any more of what is. */
  forget(): void {
    this.#known.clear();
  }

  encode(ns: string, checkpoint: Checkpoint): Encoded {
    const rows: ListRows = { lists: [], items: [] };
    const values: Record<string, unknown> = { ...checkpoint.channel_values };
    const marks = new Map<string, [channel: string, ref: ListRef]>();
    for (const [channel, value] of Object.entries(values)) {
      const ref = isPlainList(value) ? this.#share(ns, channel, { items: value, rows }) : undefined;
      if (ref === undefined) continue;
      const mark = crypto.randomUUID();
      values[channel] = mark;
      marks.set(mark, [channel, ref]);
    }
    const text = checkpointText(this.#serializer, { ...checkpoint, channel_values: values });
    if (marks.size === 0) return { type: 'json', text, rows: undefined };
    return { type: SHARED, text: JSON.stringify(withoutMarks(text, marks)), rows };
  }

  #share(
    ns: string,
    channel: string,
    { items, rows }: { items: readonly unknown[]; rows: ListRows },
  ): ListRef | undefined {
    const known = this.#known.get(place(ns, channel));
    const { same, untouched } = known ? this.#common(channel, known, items) : NOTHING_SHARED;
    if (known === undefined || same === 0) return this.#begin(ns, channel, { items, rows });
    const texts = this.#texts(channel, items, same);
    if (same === known.length && (known.end === known.length || texts.length === 0)) {
      add(rows, known.listId, { from: same, texts });
      const { listId, depth } = known;
      const end = Math.max(known.end, items.length);
      return this.#remember(ns, channel, { listId, length: items.length, end, depth, items, untouched });
    }
    if (texts.length === 0)
      return this.#remember(ns, channel, { ...known, length: items.length, items, untouched });
    if (known.depth >= DEEPEST) return this.#begin(ns, channel, { items, rows });
    const base = { baseId: known.listId, baseLength: same };
    return this.#create(ns, channel, { base, depth: known.depth + 1, texts, items, rows });
  }

  /** A list that is seen for the first time, or shares nothing with what was known. */
  #begin(
    ns: string,
    channel: string,
    { items, rows }: { items: readonly unknown[]; rows: ListRows },
  ): ListRef | undefined {
    this.#known.delete(place(ns, channel));
    const texts = this.#texts(channel, items, 0);
    const length = texts.reduce((sum, text) => sum + text.length, 0);
    if (length < Math.max(this.#from.list, this.#from.item * texts.length)) return undefined;
    const base = { baseId: null, baseLength: 0 };
    return this.#create(ns, channel, { base, depth: 0, texts, items, rows });
  }

  #create(
    ns: string,
    channel: string,
    list: {
      base: { baseId: number | null; baseLength: number };
      depth: number;
      texts: string[];
      items: readonly unknown[];
      rows: ListRows;
    },
  ): ListRef {
    const { base, depth, texts, items, rows } = list;
    const listId = (this.#lastId ?? this.#reads.last(this.#threadId)) + 1;
    this.#lastId = listId;
    rows.lists.push({ listId, ...base });
    add(rows, listId, { from: base.baseLength, texts });
    return this.#remember(ns, channel, { listId, length: items.length, end: items.length, depth, items });
  }

  /** The first `untouched` items are the very objects that were known before. */
  #remember(ns: string, channel: string, { untouched = 0, ...known }: Seen): ListRef {
    const before = this.#known.get(place(ns, channel));
    const prints = (before?.prints ?? [])
      .slice(0, untouched)
      .concat(known.items.slice(untouched).map(printOf));
    this.#known.set(place(ns, channel), { ...known, items: [...known.items], prints });
    return { listId: known.listId, length: known.length };
  }

  /** How many items at the start are what is stored, and how many of them are even the same objects. */
  #common(channel: string, known: Known, items: readonly unknown[]): typeof NOTHING_SHARED {
    const most = Math.min(known.length, items.length);
    let untouched = 0;
    while (untouched < most && isUntouched(items, known, untouched)) untouched += 1;
    if (untouched === most) return { same: most, untouched };
    this.#flush();
    const stored = this.#reads.read(this.#threadId, known);
    let same = untouched;
    while (same < most && this.#text(channel, items, same) === stored[same]) same += 1;
    return { same, untouched };
  }

  #text(channel: string, items: readonly unknown[], index: number): string {
    return this.#serializer.text(items[index], `${channel}[${index}]`);
  }

  #texts(channel: string, items: readonly unknown[], from: number): string[] {
    return items.slice(from).map((_, index) => this.#text(channel, items, from + index));
  }
}

const place = (ns: string, channel: string): string => `${ns}\n${channel}`;

const isPlainList = (value: unknown): value is unknown[] =>
  Array.isArray(value) && Object.getPrototypeOf(value) === Array.prototype;

const isUntouched = (items: readonly unknown[], known: Known, index: number): boolean =>
  items[index] === known.items[index] && isAsPrinted(items[index], known.prints[index]);

const add = (
  rows: ListRows,
  listId: number,
  { from, texts }: { from: number; texts: readonly string[] },
): void => {
  for (const [index, item] of texts.entries()) rows.items.push({ listId, pos: from + index, item });
};

/** The text in parts, and the lists in the order of their places in it. */
const withoutMarks = (text: string, marks: Map<string, [channel: string, ref: ListRef]>): SharedText => {
  const shared: SharedText = { shell: [], lists: [] };
  let from = 0;
  const places = [...marks].map(([mark, list]) => ({ at: text.indexOf(`"${mark}"`), mark, list }));
  for (const { at, mark, list } of places.toSorted((a, b) => a.at - b.at)) {
    const [channel, { listId, length }] = list;
    shared.shell.push(text.slice(from, at));
    shared.lists.push([channel, listId, length]);
    from = at + mark.length + 2;
  }
  shared.shell.push(text.slice(from));
  return shared;
};
