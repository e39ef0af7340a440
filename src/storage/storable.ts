import { get_lc_unique_name, type Serializable } from '@langchain/core/load/serializable';
import * as messages from '@langchain/core/messages';
import * as promptValues from '@langchain/core/prompt_values';
import * as prompts from '@langchain/core/prompts';
import { DeltaSnapshot } from '@langchain/langgraph-checkpoint';
import { UnstorableValueError } from '../model/errors.ts';
import { constructorRecord, forgesRecord, snapshotRecord, UNDEFINED_RECORD } from './state-records.ts';

/** Deeper values are refused: readers of every kind recurse. */
const MAX_DEPTH = 500;

type Fields = Record<string, unknown>;

const hasToJson = (value: object): value is { toJSON: (key: string) => unknown } =>
  'toJSON' in value && typeof value.toJSON === 'function';

/** A LangChain object of any copy of `@langchain/core`; JSON cannot forge one, for it holds no functions. */
const isLangChain = (value: object): value is Serializable =>
  'lc_serializable' in value && 'lc_kwargs' in value && hasToJson(value);

/** The modules of `@langchain/core` whose objects a state may hold; what is in none of them we cannot judge. */
const MODULES: Readonly<Record<string, object>> = {
  messages,
  prompt_values: promptValues,
  prompts,
};

const canLoad = (id: readonly string[]): boolean => {
  const name = id.at(-1) ?? '';
  if (id[0] !== 'langchain_core') return false;
  const module = MODULES[id[1] ?? ''];
  if (module === undefined || Object.hasOwn(module, name)) return true;
  return Object.values(module).some(
    (member: unknown) =>
      typeof member === 'function' && get_lc_unique_name(member as unknown as typeof Serializable) === name,
  );
};

const loadable = new WeakMap<object, boolean>();

/** Whether LangChain can make the object again: its class must be one that `load` finds. */
const isLoadable = (value: Serializable): boolean => {
  const kwargs: unknown = value.lc_kwargs;
  if (!value.lc_serializable || typeof kwargs !== 'object' || kwargs === null) return false;
  let known = loadable.get(value.constructor);
  if (known === undefined) loadable.set(value.constructor, (known = canLoad(value.lc_id)));
  return known;
};

type Binary = ArrayBufferView | ArrayBufferLike;

const isBinary = (value: object): value is Binary =>
  ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer;

/** NaN and the infinities. */
const isBeyondJson = (value: unknown): value is number =>
  typeof value === 'number' && !Number.isFinite(value);

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;

const joinPath = (root: string, keys: readonly (string | number)[]): string =>
  keys.reduce<string>((path, key) => {
    if (typeof key === 'number') return `${path}[${key}]`;
    if (path === '') return key;
    return IDENTIFIER.test(key) ? `${path}.${key}` : `${path}[${JSON.stringify(key)}]`;
  }, root);

/** Written whole, with nothing inside to refuse. */
const OPAQUE = [RegExp, Error];

/** One walk over one value. Knows where it is; afterwards `isJson` says whether JSON alone can write the value. */
class StorableWalk {
  isJson = true;
  readonly #root: string;
  readonly #keys: (string | number)[] = [];
  readonly #holders: object[] = [];

  constructor(root: string) {
    this.#root = root;
  }

  check(value: unknown): void {
    if (typeof value === 'object') {
      if (value !== null) this.#enter(value);
    } else if (value === undefined || isBeyondJson(value)) this.isJson = false;
    else if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') {
      this.refuse(`is a ${typeof value}, which a checkpoint cannot hold`);
    }
  }

  refuse(problem: string): never {
    throw new UnstorableValueError(joinPath(this.#root, this.#keys), problem);
  }

  #enter(value: object): void {
    if (this.#holders.includes(value)) this.refuse('contains itself');
    if (this.#holders.length === MAX_DEPTH) this.refuse(`is nested deeper than ${MAX_DEPTH} levels`);
    this.#holders.push(value);
    if (isLangChain(value)) this.#langChain(value);
    else if (isBinary(value)) this.#binary(value);
    else if (hasToJson(value)) this.#emitted(value);
    else if (Array.isArray(value)) this.#items(value);
    else this.#object(value);
    this.#holders.pop();
  }

  #emitted(value: { toJSON: (key: string) => unknown }): void {
    const emitted = value.toJSON(String(this.#keys.at(-1) ?? ''));
    if (emitted === value) this.#fields(value as unknown as Fields);
    else this.check(emitted);
  }

  /** The fields as they are, not as `toJSON` copies them: the copy loses what must be refused. */
  #langChain(value: Serializable): void {
    this.isJson = false;
    if (!isLoadable(value)) {
      this.refuse(`is a LangChain object that cannot be loaded again (${value.lc_id.join('.')})`);
    }
    const kwargs: Fields = value.lc_kwargs;
    const present = value as unknown as Fields;
    for (const key of Object.keys(kwargs)) this.#field(key, key in value ? present[key] : kwargs[key]);
  }

  #binary(value: Binary): void {
    if (!(value instanceof Uint8Array))
      this.refuse(`is a ${value.constructor.name}, of which a checkpoint would make something else`);
    this.isJson = false;
  }

  #items(items: readonly unknown[]): void {
    for (let index = 0; index < items.length; index += 1) {
      const item = items[index];
      if (typeof item === 'string' || Number.isFinite(item)) continue;
      this.#keys.push(index);
      this.check(item);
      this.#keys.pop();
    }
  }

  #object(value: object): void {
    const prototype: unknown = Object.getPrototypeOf(value);
    const isPlain = prototype === Object.prototype || prototype === null;
    if (isPlain || !this.#builtin(value)) this.#fields(value as Fields);
  }

  /** @returns whether that was all there is to check. */
  #builtin(value: object): boolean {
    if (value instanceof BigInt) this.refuse('is a bigint, which a checkpoint cannot hold');
    if (value instanceof Promise) this.refuse('is a promise, which a checkpoint cannot hold: await it');
    if (value instanceof DeltaSnapshot) this.isJson = false;
    if (value instanceof Map || value instanceof Set) this.#items([...value]);
    else if (!OPAQUE.some((type) => value instanceof type)) return false;
    this.isJson = false;
    return true;
  }

  #fields(fields: Fields): void {
    if (fields['lg_name'] === 'Send') this.isJson = false;
    if (forgesRecord(fields)) {
      this.refuse('has the form of a serialised LangChain object and would be read back as one');
    }
    for (const key of Object.keys(fields)) {
      const value = fields[key];
      if ((typeof value === 'string' || Number.isFinite(value)) && key !== '__proto__') continue;
      this.#field(key, value);
    }
  }

  #field(key: string, value: unknown): void {
    this.#keys.push(key);
    if (key === '__proto__') this.refuse('would become a prototype');
    this.check(value);
    this.#keys.pop();
  }
}

const encodeItems = (items: readonly unknown[]): readonly unknown[] => {
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = encode(items[index], index);
    if (item !== items[index]) (copy ??= items.slice())[index] = item;
  }
  return copy ?? items;
};

const encodeFields = (fields: Fields): Fields => {
  let copy: Fields | undefined;
  for (const key of Object.keys(fields)) {
    const before = fields[key];
    const after = encode(before, key);
    if (after !== before) (copy ??= { ...fields })[key] = after;
  }
  return copy ?? fields;
};

const encodeObject = (value: object): unknown => {
  if (Array.isArray(value)) return encodeItems(value);
  if (value instanceof DeltaSnapshot) return snapshotRecord(encode(value.value, 'value'));
  if (value instanceof Set) return constructorRecord('Set', [encodeItems([...value])]);
  if (value instanceof Map) return constructorRecord('Map', [encodeItems([...value])]);
  if (value instanceof RegExp) return constructorRecord('RegExp', [value.source, value.flags]);
  if (value instanceof Error) return constructorRecord('Error', [value.message]);
  if (value instanceof Uint8Array) return constructorRecord('Uint8Array', [Array.from(value)], 'from');
  const fields = value as Fields;
  if (fields['lg_name'] !== 'Send') return encodeFields(fields);
  const { node, args, timeout } = fields;
  return encodeFields(timeout === undefined ? { node, args } : { node, args, timeout });
};

/** `value` as plain JSON data; parts that are so already are shared, not copied. */
const encode = (value: unknown, key: string | number): unknown => {
  if (value === undefined) return UNDEFINED_RECORD;
  if (isBeyondJson(value)) return constructorRecord('Number', [String(value)]);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Uint8Array || !hasToJson(value)) return encodeObject(value);
  const emitted = value.toJSON(String(key));
  if (emitted === undefined) return UNDEFINED_RECORD;
  return typeof emitted === 'object' && emitted !== null ? encodeObject(emitted) : emitted;
};

const walk = (value: unknown, path: string): StorableWalk => {
  const walker = new StorableWalk(path);
  try {
    walker.check(value);
  } catch (error) {
    if (error instanceof UnstorableValueError) throw error;
    walker.refuse(`cannot be read: ${String(error)}`);
  }
  return walker;
};

/**
 * Returns only if a checkpoint can hold `value` and give it back: no bigint, symbol, function, promise, cycle,
 * own `__proto__` key, nesting beyond 500 levels, typed array but of bytes, nor plain data in the form of a serialised LangChain object.
 * @throws UnstorableValueError naming the place, from `path` on (`messages[2].additional_kwargs.x`).
 */
export const assertStorable = (value: unknown, path = ''): void => {
  walk(value, path);
};

/**
 * The JSON text of `value`, byte for byte what `JsonPlusSerializer` writes for it, but for what that would lose: a
 * `Buffer`, which comes back as its bytes, and NaN and the infinities.
 * @throws UnstorableValueError as {@link assertStorable} does.
 */
export const storableText = (value: unknown, path = ''): string => {
  const { isJson } = walk(value, path);
  try {
    return JSON.stringify(isJson ? value : encode(value, ''));
  } catch (error) {
    throw new UnstorableValueError(path, `cannot be written: ${String(error)}`);
  }
};
