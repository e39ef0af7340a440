import { isRecord } from './json.ts';

/**
 * State as JSON text in the form LangGraph clients read: messages flat (`{type, content, id, …}`) as
 * LangChain's `toDict` names them, sets as arrays, maps as objects, bytes as base64.
 * @throws {TypeError} on a cycle, {RangeError} on nesting deeper than the stack.
 */
export const encodeState = (value: unknown): string => JSON.stringify(value, presentLive) ?? 'null';

/** JSON.stringify has called `toJSON` by now, so a message arrives as `{lc, id, kwargs}`. */
const presentLive = (_key: string, value: unknown): unknown => {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Set) return [...value];
  if (value instanceof Map) return fromEntries([...value]);
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  if (value instanceof Error) return { name: value.name, message: value.message };
  if (value instanceof RegExp) return String(value);
  return isStoredMessage(value) ? { ...value.kwargs, type: messageType(value) } : value;
};

interface StoredMessage {
  id: string[];
  kwargs: Record<string, unknown>;
}

const isStoredMessage = (value: object): value is StoredMessage =>
  'lc' in value &&
  value.lc === 1 &&
  'id' in value &&
  Array.isArray(value.id) &&
  Object.hasOwn(MESSAGE_TYPES, String(value.id.at(-1))) &&
  'kwargs' in value &&
  isRecord(value.kwargs);

/** LangChain's message classes and their `type`. */
const MESSAGE_TYPES: Record<string, string> = {
  HumanMessage: 'human',
  HumanMessageChunk: 'human',
  AIMessage: 'ai',
  AIMessageChunk: 'ai',
  SystemMessage: 'system',
  SystemMessageChunk: 'system',
  ToolMessage: 'tool',
  ToolMessageChunk: 'tool',
  FunctionMessage: 'function',
  FunctionMessageChunk: 'function',
  ChatMessage: 'generic',
  ChatMessageChunk: 'generic',
  RemoveMessage: 'remove',
};

const messageType = ({ id }: StoredMessage): string => MESSAGE_TYPES[String(id.at(-1))] ?? 'generic';

const fromEntries = (entries: [unknown, unknown][]): unknown =>
  entries.every(([key]) => typeof key === 'string') ? Object.fromEntries(entries) : entries;
