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
  'a key. I can act out these requests: "Write the release notes for 1.2 to notes.md and mail them to ' +
  'team@example.com" (or one half of it), "Read notes.md" and "List the files". For a real model set OPENAI_API_KEY, or OPENAI_BASE_URL for any OpenAI-compatible server, and start again.';

const WRITE = /\bwrite\b([\s\S]*?)\b(?:in)?to\s+(?:the file\s+)?["'`]?([^\s"'`]+\.\w+)/i;
const READ = /\b(?:read|show|open)\b[\s\S]*?["'`]?([^\s"'`]+\.\w+)/i;
const MAIL = /\b(?:(?:e-?)?mail|send)\b([\s\S]*?)\bto\s+([^\s"'`<>]+@[^\s"'`<>]+\.\w+)/i;
const LIST = /\blist\b|\bwhat files\b|\bwhich files\b/i;

interface Plan {
  text: string;
  calls: ScriptedCall[];
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

/** "them" and "it" are what the wish is about already. */
const subjectOf = (written: string | undefined, mailed: string | undefined): string =>
  written ?? (mailed === undefined || /^\s*(?:it|them|this|that)?\s*$/i.test(mailed) ? 'notes' : mailed);

/** To write something to a file, to mail it, or both: in one step, so that both are decided together. */
const writingPlan = (wish: string): Plan | undefined => {
  const [, mailed, address] = MAIL.exec(wish) ?? [];
  const [, written, path] = WRITE.exec(wish) ?? [];
  if (path === undefined && address === undefined) return undefined;
  const title = titleOf(subjectOf(written, mailed));
  const text = draft(title);
  const write = path === undefined ? [] : [{ name: 'write_file', args: { path, content: text } }];
  const mail =
    address === undefined ? [] : [{ name: 'send_email', args: { to: address, subject: title, text } }];
  const wishes = [
    ...(path === undefined ? [] : [`write it to ${path}`]),
    ...(address === undefined ? [] : [`mail it to ${address}`]),
  ];
  return {
    text: `I have drafted "${title}" and would like to ${wishes.join(' and ')}.`,
    calls: [...write, ...mail],
  };
};

/** Characters of a message that are looked at: who wishes for more than that does not wish for one of these. */
const LONGEST_WISH = 2000;

const planFor = (message: string): Plan | undefined => {
  const wish = message.slice(0, LONGEST_WISH);
  const writing = writingPlan(wish);
  if (writing !== undefined) return writing;
  const [, source] = READ.exec(wish) ?? [];
  if (source !== undefined)
    return { text: `I will read ${source}.`, calls: [{ name: 'read_file', args: { path: source } }] };
  return LIST.test(wish)
    ? { text: 'I will list the files.', calls: [{ name: 'list_files', args: {} }] }
    : undefined;
};

const argument = (call: ChatToolCall, name: string): string | undefined => {
  try {
    const args: unknown = JSON.parse(call.function.arguments);
    const value =
      typeof args === 'object' && args !== null ? Object.entries(args).find(([key]) => key === name) : [];
    return value?.[1] === undefined ? undefined : [value[1]].flat().join(', ');
  } catch {
    return undefined;
  }
};

/** What a call came to: in words of its own where the result says what was done, else in the words of the result. */
const outcome = (call: ChatToolCall, result: string): string => {
  const path = argument(call, 'path') ?? 'the file';
  const to = argument(call, 'to') ?? 'the address';
  if (call.function.name === 'write_file')
    return /^wrote\b/i.test(result)
      ? `Done: ${path} is written.`
      : `I did not write ${path}. I was told: ${result}`;
  if (call.function.name !== 'send_email') return `${call.function.name} answered:\n${result}`;
  if (/^sent\b/i.test(result)) return `Done: the mail to ${to} is sent.`;
  if (/^put\b/i.test(result)) return `Done: the mail to ${to} is in the outbox.`;
  return `I did not mail ${to}. I was told: ${result}`;
};

/** Says what became of the calls of the last assistant message, from the tool messages after it. */
const closing = (messages: readonly ChatMessage[]): string => {
  const last = messages.findLast((message) => message.tool_calls !== undefined);
  return (last?.tool_calls ?? [])
    .map((call) => outcome(call, textOf(messages.findLast((message) => message.tool_call_id === call.id))))
    .join('\n');
};

const openingTurn = (request: ModelRequest, { text, calls }: Plan): Reply => {
  const missing = calls.map(({ name }) => name).filter((name) => !request.tools.includes(name));
  if (missing.length === 0) return { text, toolCalls: calls };
  return {
    text: `${text} But this agent does not offer me the tool ${missing.join(', ')}.\n\n${INTRODUCTION}`,
  };
};

/**
 * The README's story: asked to write something to a file, to mail it, or both (or to read or list files), the model selects the tools; told
 * the results, it says what came of it. To anything else it says honestly what it is and how to get a real model.
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
