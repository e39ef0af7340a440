import { load } from '@langchain/core/load';
import * as messages from '@langchain/core/messages';
import { fromRecord } from './state-records.ts';

type Fields = Record<string, unknown>;

/** LangChain's default of 50 cannot read back every message that LangChain itself writes. */
const LOAD_MAX_DEPTH = 10_000;

interface ObjectRecord extends Fields {
  id: unknown[];
}

const isObjectRecord = (value: object): value is ObjectRecord =>
  'lc' in value &&
  value.lc === 1 &&
  'type' in value &&
  value.type === 'constructor' &&
  'id' in value &&
  Array.isArray(value.id);

interface MessageClass {
  build: new (fields: Fields) => unknown;
  /** Constructor argument of each stored name that is not its camel case. */
  aliases: ReadonlyMap<string, string>;
}

const readAliases = (constructor: object): ReadonlyMap<string, string> => {
  const aliases: Record<string, string> = {};
  for (let current: object | null = constructor; current !== null; current = Object.getPrototypeOf(current)) {
    const prototype: unknown = 'prototype' in current ? current.prototype : undefined;
    if (typeof prototype !== 'object' || prototype === null) break;
    Object.assign(aliases, Reflect.get(prototype, 'lc_aliases'));
  }
  return new Map(Object.entries(aliases).map(([argument, stored]) => [stored, argument]));
};

const EXPORTS = new Map<string, unknown>(Object.entries(messages));

const findMessageClass = (name: string): MessageClass | undefined => {
  const member = EXPORTS.get(name);
  if (typeof member !== 'function') return undefined;
  if (!Object.prototype.isPrototypeOf.call(messages.BaseMessage.prototype, member.prototype as object))
    return undefined;
  return { build: member as unknown as MessageClass['build'], aliases: readAliases(member) };
};

const messageClasses = new Map<string, MessageClass | undefined>();

const messageClass = ([root, module, name, ...rest]: unknown[]): MessageClass | undefined => {
  if (root !== 'langchain_core' || module !== 'messages' || typeof name !== 'string' || rest.length > 0)
    return undefined;
  if (!messageClasses.has(name)) messageClasses.set(name, findMessageClass(name));
  return messageClasses.get(name);
};

/** As `load` names a constructor argument without alias. */
const camelCase = (stored: string): string => {
  const trimmed = stored.trim();
  if (!/[-_\s]/.test(trimmed)) return trimmed;
  const words = trimmed.replace(/[-_\s]+/g, '_').toLowerCase();
  return words.replace(/_+([a-z0-9])/g, (_, first: string) => first.toUpperCase());
};

/**
 * Takes the undefined fields out, as `load` would.
 * @returns false when something is in there that only `load` can read.
 */
const stripUndefined = (holder: Fields): boolean => {
  for (const key of Object.keys(holder)) {
    const child = holder[key];
    if (typeof child !== 'object' || child === null) continue;
    if ('lc' in child) {
      const record = fromRecord(child as Fields);
      if (record === undefined || record.value !== undefined) return false;
      if (Array.isArray(holder)) holder[key] = null;
      else delete holder[key];
    } else if ('__lc_escaped__' in child || !stripUndefined(child as Fields)) return false;
  }
  return true;
};

/** The message a record stands for, or undefined where only `load` can tell. What `load` makes, at a thirtieth of its cost. */
const toMessage = ({ id, kwargs }: ObjectRecord): unknown => {
  const known = messageClass(id);
  if (known === undefined || typeof kwargs !== 'object' || kwargs === null || Array.isArray(kwargs))
    return undefined;
  if (!stripUndefined(kwargs as Fields)) return undefined;
  const fields: Fields = {};
  for (const [stored, value] of Object.entries(kwargs)) {
    fields[known.aliases.get(stored) ?? camelCase(stored)] = value;
  }
  return new known.build(fields);
};

/** Replaces what stands for LangChain objects; those that need `load` when the promises added to `loading` are done. */
const reviveObjects = (holder: Fields, loading: Promise<void>[]): void => {
  for (const key of Object.keys(holder)) {
    const child = holder[key];
    if (typeof child !== 'object' || child === null) continue;
    if (!isObjectRecord(child)) reviveObjects(child as Fields, loading);
    else {
      const message = toMessage(child);
      if (message !== undefined) holder[key] = message;
      else loading.push(loadInto(holder, key, child));
    }
  }
};

const loadInto = async (holder: Fields, key: string, record: ObjectRecord): Promise<void> => {
  const text = JSON.stringify({ ...record, kwargs: reviveRecords(record['kwargs']) });
  holder[key] = await load<unknown>(text, { maxDepth: LOAD_MAX_DEPTH });
};

/** Replaces, innermost first, the records of values that JSON has no word for. */
const reviveRecords = (value: unknown): unknown => {
  if (typeof value !== 'object' || value === null) return value;
  const isArray = Array.isArray(value);
  if (!isArray && Object.getPrototypeOf(value) !== Object.prototype) return value;
  const fields = value as Fields;
  for (const key of Object.keys(fields)) {
    const child = fields[key];
    if (typeof child === 'object' && child !== null) fields[key] = reviveRecords(child);
  }
  if (isArray || fields['lc'] !== 2) return value;
  const record = fromRecord(fields);
  return record === undefined ? value : record.value;
};

/**
 * The value that stored JSON text stands for; equals what `JsonPlusSerializer` makes of it.
 * @returns a promise only where a LangChain object other than a message is in it.
 */
export const reviveState = (text: string): unknown => {
  const root: Fields = { value: JSON.parse(text) };
  if (!text.includes('"lc"')) return root['value'];
  const loading: Promise<void>[] = [];
  reviveObjects(root, loading);
  if (loading.length === 0) return reviveRecords(root['value']);
  return Promise.all(loading).then(() => reviveRecords(root['value']));
};
