import type { ItemId, ItemVector } from '../storage/ports.ts';
import { HoldpointError } from '../model/errors.ts';
import { textsAtPath } from './text-at-path.ts';

/** How items are found by what they mean. */
export interface StoreIndex {
  dims: number;
  /** Which texts of a value count: paths. */
  fields: string[];
  /** One vector per text, in order. */
  embed: (texts: string[]) => Promise<number[][]>;
}

interface Text {
  path: string;
  text: string;
}

/** The vectors of a value's texts at `fields`; none when it has no such text. */
export const vectorsOf = async (index: StoreIndex, value: unknown, fields: readonly string[]) => {
  const texts = fields.flatMap((field) =>
    textsAtPath(value, field).map((text, at): Text => ({ path: `${field}#${at}`, text })),
  );
  const vectors = await embedAll(
    index,
    texts.map(({ text }) => text),
  );
  return texts.flatMap(({ path }, at) => {
    const vector = vectors[at];
    return vector ? [{ path, vector }] : [];
  });
};

/** @throws {HoldpointError} `embeddings_unavailable`. */
export const embedAll = async (index: StoreIndex, texts: string[]): Promise<Float32Array[]> => {
  if (texts.length === 0) return [];
  const vectors = await index.embed(texts).catch((error: unknown) => {
    throw unavailable(`The embeddings endpoint failed: ${messageOf(error)}`, error);
  });
  const wrong = vectors.find((vector) => vector.length !== index.dims);
  if (wrong) {
    throw unavailable(
      `The embeddings have ${wrong.length} dimensions; store.index.dims in langgraph.json says ${index.dims}.`,
    );
  }
  if (vectors.length !== texts.length) {
    throw unavailable(
      `The embeddings endpoint answered ${vectors.length} vectors for ${texts.length} texts.`,
    );
  }
  return vectors.map(unit);
};

const unavailable = (message: string, cause?: unknown): HoldpointError =>
  new HoldpointError('embeddings_unavailable', message, { cause });

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

const unit = (vector: number[]): Float32Array => {
  const length = Math.hypot(...vector) || 1;
  return Float32Array.from(vector, (value) => value / length);
};

/** The best score of each item, by its id as JSON. Exact: every vector is looked at. */
export const scores = async (
  pages: AsyncIterable<ItemVector[]>,
  query: Float32Array,
): Promise<Map<string, number>> => {
  const best = new Map<string, number>();
  for await (const page of pages) {
    for (const item of page) {
      const id = idText(item);
      best.set(id, Math.max(best.get(id) ?? -1, dot(item.vector, query)));
    }
  }
  return best;
};

export const idText = ({ namespace, key }: ItemId): string => JSON.stringify([namespace, key]);

const dot = (a: Float32Array, b: Float32Array): number => {
  let sum = 0;
  for (let at = 0; at < a.length; at++) sum += (a[at] ?? 0) * (b[at] ?? 0);
  return sum;
};
