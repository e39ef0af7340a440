/** An item with more values than this, counted through all its levels, is told by its text instead. */
const MOST_VALUES = 256;

/** Every value that the text of an item is made of, through all its levels. */
export type ItemPrint = readonly unknown[];

type Visit = (value: unknown) => boolean;

interface LangChainObject {
  lc_kwargs: object;
}

/** Undefined for what can change without any of its values being another: dates, maps, buffers, very large items. */
export const printOf = (item: unknown): ItemPrint | undefined => {
  const print: unknown[] = [];
  return walk(item, (value) => print.push(value) <= MOST_VALUES) ? print : undefined;
};

/** Whether each value of the item, at every level, is the very one it was when the print was made. */
export const isAsPrinted = (item: unknown, print: ItemPrint | undefined): boolean => {
  if (print === undefined) return false;
  let next = 0;
  const same: Visit = (value) => next < print.length && Object.is(value, print[next++]);
  return walk(item, same) && next === print.length;
};

/** @returns false as soon as `visit` does, or at a value that does not show what it holds. */
const walk = (value: unknown, visit: Visit): boolean => {
  if (!visit(value)) return false;
  if (typeof value !== 'object' || value === null) return true;
  if (isLangChain(value)) return walkMessage(value, visit);
  if (Array.isArray(value)) return value.every((item) => walk(item, visit));
  return isPlain(value) && walkFields(value as Record<string, unknown>, visit);
};

const walkFields = (fields: Record<string, unknown>, visit: Visit): boolean => {
  for (const key of Object.keys(fields)) if (!visit(key) || !walk(fields[key], visit)) return false;
  return true;
};

/** What is written of a LangChain object: the fields it was made of, as they are now. */
const walkMessage = (value: object & LangChainObject, visit: Visit): boolean => {
  const now = value as unknown as Record<string, unknown>;
  const made = value.lc_kwargs as Record<string, unknown>;
  for (const key of Object.keys(made))
    if (!visit(key) || !walk(key in value ? now[key] : made[key], visit)) return false;
  return true;
};

const isLangChain = (value: object): value is object & LangChainObject =>
  'lc_serializable' in value &&
  'lc_kwargs' in value &&
  typeof value.lc_kwargs === 'object' &&
  value.lc_kwargs !== null;

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value);
  return (prototype === Object.prototype || prototype === null) && !('toJSON' in value);
};
