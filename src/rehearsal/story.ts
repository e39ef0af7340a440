import {
  type ChatMessage,
  type ChatToolCall,
  type ModelRequest,
  type Reply,
  type ScriptedCall,
  textOf,
} from './chat.ts';

const INTRODUCTION =
  'I am the rehearsal model: a script that stands in for a real model so that everything else can be tried without ' +
  'a key. I can act out three requests: "Write the release notes for 1.2 to notes.md", "Read notes.md" and "List ' +
  'the files". For a real model set OPENAI_API_KEY, or OPENAI_BASE_URL for any OpenAI-compatible server, and start again.';

const WRITE = /\bwrite\b([\s\S]*?)\b(?:in)?to\s+(?:the file\s+)?["'`]?([^\s"'`]+\.\w+)/i;
const READ = /\b(?:read|show|open)\b[\s\S]*?["'`]?([^\s"'`]+\.\w+)/i;
const LIST = /\blist\b|\bwhat files\b|\bwhich files\b/i;

interface Plan {
  text: string;
  call: ScriptedCall;
}

const titleOf = (subject: string): string => {
  const plain = subject
    .trim()
    .replace(/^(?:the|a|an|some)\s+/i, '')
    .replace(/^release notes (?:for|of)\s+/i, 'release notes ');
  return plain === '' ? 'Notes' : plain.charAt(0).toUpperCase() + plain.slice(1);
};

const draft = (title: string): string =>
  [
    `# ${title}`,
    '',
    '- Drafted by the rehearsal model: no real model is configured yet.',
    '- Held until a person approved it.',
    '',
  ].join('\n');

const planFor = (wish: string): Plan | undefined => {
  const [, subject, target] = WRITE.exec(wish) ?? [];
  if (subject !== undefined && target !== undefined) {
    const title = titleOf(subject);
    return {
      text: `I have drafted "${title}" and would like to write it to ${target}.`,
      call: { name: 'write_file', args: { path: target, content: draft(title) } },
    };
  }
  const [, source] = READ.exec(wish) ?? [];
  if (source !== undefined)
    return { text: `I will read ${source}.`, call: { name: 'read_file', args: { path: source } } };
  return LIST.test(wish)
    ? { text: 'I will list the files.', call: { name: 'list_files', args: {} } }
    : undefined;
};

const pathOf = (call: ChatToolCall): string => {
  try {
    const args: unknown = JSON.parse(call.function.arguments);
    return typeof args === 'object' && args !== null && 'path' in args ? String(args.path) : 'the file';
  } catch {
    return 'the file';
  }
};

const outcome = (call: ChatToolCall, result: string): string => {
  if (call.function.name !== 'write_file') return `${call.function.name} answered:\n${result}`;
  const path = pathOf(call);
  return /^wrote\b/i.test(result)
    ? `Done: ${path} is written.`
    : `I did not write ${path}. I was told: ${result}`;
};

/** Says what became of the calls of the last assistant message, from the tool messages after it. */
const closing = (messages: readonly ChatMessage[]): string => {
  const last = messages.findLast((message) => message.tool_calls !== undefined);
  return (last?.tool_calls ?? [])
    .map((call) => outcome(call, textOf(messages.findLast((message) => message.tool_call_id === call.id))))
    .join('\n');
};

const openingTurn = (request: ModelRequest, { text, call }: Plan): Reply => {
  if (request.tools.includes(call.name)) return { text, toolCalls: [call] };
  return { text: `${text} But this agent does not offer me the tool ${call.name}.\n\n${INTRODUCTION}` };
};

/**
 * The README's story: asked to write something to a file (or to read or list files), the model selects the tool; told
 * the result, it says what came of it. To anything else it says honestly what it is and how to get a real model.
 */
export const readmeStory = (request: ModelRequest): Reply => {
  const { messages } = request;
  if (messages.at(-1)?.role === 'tool') return { text: closing(messages) };
  const asked = messages.findLastIndex((message) => message.role === 'user');
  const wish = textOf(messages[asked]);
  const plan = planFor(wish);
  if (plan !== undefined) return openingTurn(request, plan);
  if (messages[asked - 1]?.role === 'tool')
    return { text: `${closing(messages)}\nYou also told me: ${wish}` };
  return { text: INTRODUCTION };
};
