import { isRecord } from '../../model/json.ts';

type Fields = Record<string, unknown>;

/** What the `messages` channel says of one message. */
export type BlockEvent = Fields & { event: string };

/** A message that is being streamed: its content as blocks, in the order in which they began. */
export interface OpenMessage {
  id: string;
  namespace: string[];
  node: string | undefined;
  blocks: Map<string, { index: number; content: Fields }>;
  usage: unknown;
  responseMetadata: Fields;
}

/** Parts of a content that only repeat the tool calls beside it. */
const REPEATS_CALLS = new Set<unknown>([
  'tool_use',
  'tool_call',
  'tool_call_chunk',
  'input_json_delta',
  'functionCall',
]);

/** Begins a message. Says whose it is in `run_id`, by which clients tell messages streamed at once apart. */
export const startOf = (message: OpenMessage, role: string): BlockEvent => ({
  ...runId(message),
  event: 'message-start',
  role,
  id: message.id,
});

/** What a chunk adds to its message. The state's content stays as it is; blocks are only how the stream says it. */
export const deltasOf = (message: OpenMessage, chunk: Fields): BlockEvent[] => {
  remember(message, chunk);
  return [
    ...partsOf(chunk['content']).flatMap((part) => partDelta(message, part)),
    ...listOf(chunk['tool_call_chunks']).flatMap((call) => callDelta(message, call)),
  ];
};

/** A message that came in one piece. */
export const wholeOf = (message: OpenMessage, whole: Fields): BlockEvent[] => {
  remember(message, whole);
  const calls = listOf(whole['tool_calls']);
  return [
    ...partsOf(whole['content']).flatMap((part) => partDelta(message, part)),
    ...calls.flatMap((call, index) =>
      callDelta(message, { ...call, index, args: JSON.stringify(call['args'] ?? {}) }),
    ),
    ...finishOf(message),
  ];
};

/** Ends a message with its blocks in full. */
export const finishOf = (message: OpenMessage): BlockEvent[] => [
  ...[...message.blocks.values()].map(({ index, content }) => ({
    ...runId(message),
    event: 'content-block-finish',
    index,
    content: finalBlock(content),
  })),
  {
    ...runId(message),
    event: 'message-finish',
    ...(message.usage !== undefined && { usage: message.usage }),
    ...(Object.keys(message.responseMetadata).length > 0 && { responseMetadata: message.responseMetadata }),
  },
];

/** Ends a message that will not be completed. */
export const cutOf = (message: OpenMessage, reason: string): BlockEvent => ({
  ...runId(message),
  event: 'error',
  message: reason,
});

const runId = ({ id }: OpenMessage): { run_id: string } => ({ run_id: id.replace(/^run-/, '') });

const remember = (message: OpenMessage, { usage_metadata, response_metadata }: Fields): void => {
  if (isRecord(usage_metadata)) message.usage = usage_metadata;
  if (isRecord(response_metadata)) Object.assign(message.responseMetadata, response_metadata);
};

const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.filter(isRecord) : []);

const partsOf = (content: unknown): Fields[] => {
  if (typeof content === 'string') return content === '' ? [] : [{ type: 'text', text: content }];
  return listOf(content).filter(({ type }) => !REPEATS_CALLS.has(type));
};

const partDelta = (message: OpenMessage, part: Fields): BlockEvent[] => {
  const { index: given, ...fields } = part;
  const key = `${String(fields['type'])}:${typeof given === 'number' || typeof given === 'string' ? given : ''}`;
  if (fields['type'] === 'text') return grow(message, { key, field: 'text', part: fields });
  if (fields['type'] === 'reasoning') return grow(message, { key, field: 'reasoning', part: fields });
  const known = message.blocks.get(key);
  if (!known) return [begin(message, key, fields)];
  known.content = joined(known.content, fields);
  return [delta(message, known.index, { type: 'block-delta', fields: known.content })];
};

/** Text that grows: the block begins empty and each delta is what is new. */
const grow = (
  message: OpenMessage,
  { key, field, part }: { key: string; field: 'text' | 'reasoning'; part: Fields },
): BlockEvent[] => {
  const text = typeof part[field] === 'string' ? part[field] : '';
  const begun = message.blocks.has(key) ? [] : [begin(message, key, { ...part, [field]: '' })];
  const block = message.blocks.get(key);
  if (!block || text === '') return begun;
  block.content = { ...block.content, ...part, [field]: `${String(block.content[field])}${text}` };
  return [...begun, delta(message, block.index, { type: `${field}-delta`, [field]: text })];
};

/**
 * A tool call that grows. Its place among the blocks is its own: providers number calls apart from text, so that a
 * call numbered 0 after a text would fall into the text.
 */
const callDelta = (message: OpenMessage, call: Fields): BlockEvent[] => {
  const key = `call:${String(call['index'] ?? call['id'])}`;
  const known = message.blocks.get(key);
  const fields = grownCall(known?.content ?? {}, call);
  const begun = known ? [] : [begin(message, key, { ...fields, args: '' })];
  const block = message.blocks.get(key);
  if (!block) return begun;
  block.content = fields;
  return [...begun, delta(message, block.index, { type: 'block-delta', fields })];
};

const grownCall = (before: Fields, call: Fields): Fields => ({
  type: 'tool_call_chunk',
  id: call['id'] ?? before['id'],
  name: call['name'] ?? before['name'],
  args: textOf(before['args']) + textOf(call['args']),
});

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const begin = (message: OpenMessage, key: string, content: Fields): BlockEvent => {
  const index = message.blocks.size;
  message.blocks.set(key, { index, content });
  return { ...runId(message), event: 'content-block-start', index, content };
};

const delta = (message: OpenMessage, index: number, change: Fields): BlockEvent => ({
  ...runId(message),
  event: 'content-block-delta',
  index,
  delta: change,
});

/** Strings of a block that comes in parts grow, as LangChain puts them together; its names do not. */
const joined = (before: Fields, after: Fields): Fields => {
  const merged = { ...before };
  for (const [name, value] of Object.entries(after)) {
    const had = before[name];
    const grows = typeof had === 'string' && typeof value === 'string' && !['type', 'id'].includes(name);
    merged[name] = grows ? had + value : value;
  }
  return merged;
};

/** A tool call whose arguments are complete is one that can be read; one whose are no JSON says so. */
const finalBlock = (content: Fields): Fields => {
  if (content['type'] !== 'tool_call_chunk') return content;
  const { id, name, args } = content;
  try {
    const parsed: unknown = JSON.parse(args === '' ? '{}' : String(args));
    if (isRecord(parsed)) return { type: 'tool_call', id, name, args: parsed };
  } catch {
    // not JSON: falls through
  }
  return { type: 'invalid_tool_call', id, name, args, error: 'The arguments are not a JSON object.' };
};
