import { DeltaSnapshot } from '@langchain/langgraph-checkpoint';

/**
 * The records that stand for values JSON has no word for, written and read exactly as LangGraph's
 * `JsonPlusSerializer` does, so that either can open what the other stored; and one for numbers, which it loses.
 */
export const UNDEFINED_RECORD = Object.freeze({ lc: 2, type: 'undefined' });

/** The record of a built-in `name`, rebuilt by calling it with `args`. */
export const constructorRecord = (name: string, args: unknown[], method: string | null = null) => ({
  lc: 2,
  type: 'constructor',
  id: [name],
  method,
  args,
  kwargs: {},
});

/** The record of a `DeltaSnapshot`. */
export const snapshotRecord = (value: unknown) => ({ lc: 2, type: 'delta_snapshot', value });

const isPair = (entry: unknown): entry is [unknown, unknown] => Array.isArray(entry) && entry.length === 2;

const isByte = (item: unknown): item is number =>
  typeof item === 'number' && Number.isInteger(item) && item >= 0 && item <= 255;

const toRegExp = (args: unknown[]): RegExp | undefined => {
  const [source, flags] = args;
  if (args.length !== 2 || typeof source !== 'string' || typeof flags !== 'string') return undefined;
  try {
    return new RegExp(source, flags);
  } catch {
    return undefined;
  }
};

/** The one argument most records have. */
const only = (args: unknown[]): unknown => (args.length === 1 ? args[0] : undefined);

const fromItems = (args: unknown[], build: (items: unknown[]) => object | undefined): object | undefined => {
  const items = only(args);
  return Array.isArray(items) ? build(items) : undefined;
};

const toError = (args: unknown[]): Error | undefined => {
  const message = only(args);
  return typeof message === 'string' ? new Error(message) : undefined;
};

/** The numbers that JSON has no word for. Ours alone: to LangGraph the record is data. */
const NUMBERS = new Map<unknown, number>(
  [NaN, Infinity, -Infinity].map((number) => [String(number), number]),
);

const BUILDERS = new Map<unknown, (args: unknown[]) => object | number | undefined>([
  ['Number', (args) => NUMBERS.get(only(args))],
  ['RegExp', toRegExp],
  ['Error', toError],
  ['Set', (args) => fromItems(args, (items) => new Set(items))],
  ['Map', (args) => fromItems(args, (items) => (items.every(isPair) ? new Map(items) : undefined))],
  [
    'Uint8Array',
    (args) => fromItems(args, (items) => (items.every(isByte) ? new Uint8Array(items) : undefined)),
  ],
]);

/** The built-in that a constructor record stands for, or undefined where it is none of ours: data, never a call. */
const fromConstructorRecord = ({
  id,
  method,
  args,
}: Record<string, unknown>): object | number | undefined => {
  if (!Array.isArray(id) || id.length !== 1 || !Array.isArray(args)) return undefined;
  const name: unknown = id[0];
  if ((method ?? null) !== null && !(name === 'Uint8Array' && method === 'from')) return undefined;
  return BUILDERS.get(name)?.(args);
};

/**
 * What `fields` stands for when it is one of the records above, wrapped so that `undefined` can be told from
 * "not a record".
 */
export const fromRecord = (fields: Record<string, unknown>): { value: unknown } | undefined => {
  if (fields['lc'] !== 2) return undefined;
  if (fields['type'] === 'undefined') return { value: undefined };
  if (fields['type'] === 'delta_snapshot' && Object.hasOwn(fields, 'value')) {
    return { value: new DeltaSnapshot(fields['value']) };
  }
  if (fields['type'] !== 'constructor') return undefined;
  const value = fromConstructorRecord(fields);
  return value === undefined ? undefined : { value };
};

const SERIALISED_TYPES = new Set<unknown>(['constructor', 'secret', 'not_implemented']);

/** Whether a plain object would be read back as something else than the data it is. */
export const forgesRecord = (fields: Record<string, unknown>): boolean =>
  fields['lc'] === 1 ? SERIALISED_TYPES.has(fields['type']) : fromRecord(fields) !== undefined;
