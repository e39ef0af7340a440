import { isRecord } from '../../api/errors.ts';

type Schema = Record<string, unknown>;

export interface InputShape {
  /** It takes messages, which have a field of their own: what is inferred of them cannot be filled in. */
  takesMessages: boolean;
  /** What else is to be filled in, for a form; null where there is nothing. */
  rest: Schema | null;
  /** What may be left out beside messages: much of a state is the graph's own. */
  others: Schema | null;
}

/** What a graph's input is made of. Where nothing is known of it, it is taken for a graph that chats. */
export const inputShape = (schema: Schema | null | undefined): InputShape => {
  const properties = isRecord(schema?.['properties']) ? schema['properties'] : {};
  const names = Object.keys(properties);
  if (!schema || names.length === 0) return { takesMessages: true, rest: null, others: null };
  const takesMessages = names.includes('messages');
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  const rest = names.filter((name) => name !== 'messages');
  const wanted = takesMessages ? rest.filter((name) => required.includes(name)) : rest;
  const others = rest.filter((name) => !wanted.includes(name));
  return { takesMessages, rest: partOf(schema, wanted), others: partOf(schema, others) };
};

/** The schema with these properties only; null without any. */
const partOf = (schema: Schema, names: string[]): Schema | null => {
  if (names.length === 0) return null;
  const { additionalProperties: _more, ...kept } = schema;
  const properties = schema['properties'] as Schema;
  const required = Array.isArray(schema['required']) ? (schema['required'] as unknown[]) : [];
  return {
    ...kept,
    properties: Object.fromEntries(names.map((name) => [name, drawable(properties[name])])),
    required: required.filter((name) => names.some((each) => each === name)),
  };
};

/** A field of which nothing is said takes a text; anything else goes in as JSON. */
const drawable = (schema: unknown): unknown => {
  if (!isRecord(schema)) return { type: 'string' };
  const says = ['type', 'enum', 'const', 'anyOf', 'oneOf', 'allOf', '$ref'].some((key) => key in schema);
  return says ? schema : { ...schema, type: 'string' };
};

export const ROLES = ['user', 'system', 'assistant'] as const;

export interface WrittenMessage {
  role: (typeof ROLES)[number];
  content: string;
}

/** The messages of an input as far as the field can show them; undefined when it cannot. */
export const writtenMessages = (value: unknown): WrittenMessage[] | undefined => {
  if (value === undefined) return [];
  if (!Array.isArray(value)) return undefined;
  const read = value.map((message: unknown) => {
    const role = isRecord(message) ? ROLES.find((each) => each === message['role']) : undefined;
    if (!isRecord(message) || role === undefined || typeof message['content'] !== 'string') return undefined;
    return Object.keys(message).length === 2 ? { role, content: message['content'] } : undefined;
  });
  return read.every((message) => message !== undefined) ? read : undefined;
};

/** A form fills in what nobody touched with empty lists and objects; they are not sent. */
export const withoutEmpty = (input: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(input).filter(([, value]) => !isEmpty(value)));

const isEmpty = (value: unknown): boolean => {
  if (Array.isArray(value)) return value.length === 0;
  return value === undefined || (isRecord(value) && Object.values(value).every(isEmpty));
};
