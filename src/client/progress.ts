/** What happens while a session runs, node by node. */
export type Progress =
  /** An attempt of the run has begun. */
  | { type: 'attempt'; attempt: number }
  /** A piece of what the model says. */
  | { type: 'token'; node: string; text: string }
  /** A node has ended; `update` is what it wrote into the state. */
  | { type: 'step'; node: string; update: unknown }
  /** The model has selected a tool. It has not run. */
  | { type: 'tool_call'; node: string; name: string; args: Record<string, unknown> }
  /** A tool has run, or somebody answered in its place. */
  | { type: 'tool_result'; node: string; name: string; content: string }
  /** What the graph itself streams. */
  | { type: 'custom'; data: unknown }
  /** The attempt failed. */
  | { type: 'error'; error: string; message: string };

/** The modes of a run whose progress can be followed. */
export const PROGRESS_MODES = ['updates', 'messages-tuple', 'custom'] as const;

interface StreamPart {
  event: string;
  data: unknown;
}

type Fields = Record<string, unknown>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null ? (value as Fields) : {};

const wordOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** The text of a message's content, which is text or a list of blocks. */
const textOf = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : (Array.isArray(content) ? content : []).map((block) => wordOf(fieldsOf(block)['text'])).join('');

/** A part of the LangGraph stream as progress. Parts that say nothing new are left out. */
export const progressOf = ({ event, data }: StreamPart): Progress[] => {
  switch (event) {
    case 'metadata':
      return [{ type: 'attempt', attempt: Number(fieldsOf(data)['attempt'] ?? 1) }];
    case 'messages':
      return tokenOf(data as unknown[]);
    case 'updates':
      return Object.entries(fieldsOf(data)).flatMap(([node, update]) => stepOf(node, update));
    case 'custom':
      return [{ type: 'custom', data }];
    case 'error': {
      const { error, message } = fieldsOf(data);
      return [{ type: 'error', error: wordOf(error), message: wordOf(message) }];
    }
    default:
      return [];
  }
};

const tokenOf = ([message, metadata]: unknown[]): Progress[] => {
  const { type, content } = fieldsOf(message);
  const text = textOf(content);
  if (!/^ai/i.test(wordOf(type)) || text === '') return [];
  return [{ type: 'token', node: wordOf(fieldsOf(metadata)['langgraph_node']), text }];
};

const stepOf = (node: string, update: unknown): Progress[] => {
  if (node.startsWith('__')) return []; // the question is shown from the thread, with its id
  const { messages } = fieldsOf(update);
  const written = (Array.isArray(messages) ? messages : [messages]).map(fieldsOf);
  return [{ type: 'step', node, update }, ...written.flatMap((message) => toolsOf(node, message))];
};

const toolsOf = (node: string, message: Fields): Progress[] => {
  if (message['type'] === 'tool') {
    const { name, content } = message;
    return [{ type: 'tool_result', node, name: wordOf(name), content: textOf(content) }];
  }
  const calls = message['type'] === 'ai' ? message['tool_calls'] : [];
  return (Array.isArray(calls) ? calls : []).map(fieldsOf).map(({ name, args }) => ({
    type: 'tool_call',
    node,
    name: wordOf(name),
    args: fieldsOf(args),
  }));
};
