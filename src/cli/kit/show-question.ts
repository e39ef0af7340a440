import type { HeldToolCall, Question } from '../../client/index.ts';
import { indented, visible, type Terminal } from './terminal.ts';

/** As short as it is unmistakable among what waits: commands take the beginning of an id. */
export const shortId = (id: string): string => id.slice(0, 8);

/** A tool call in one line, cut where it gets long. */
export const callInShort = (name: string, args: Record<string, unknown>, most = 100): string => {
  const text = Object.entries(args)
    .map(([key, value]) => `${key}: ${JSON.stringify(value)}`)
    .join(', ');
  return visible(`${name}(${text.length > most ? `${text.slice(0, most)}…` : text})`);
};

/** A question with everything it asks to decide about, and the commands that answer it. */
export const waitingText = (question: Question, paint: Terminal['paint']): string => {
  const { toolCalls, value } = question;
  const asked =
    toolCalls.length === 0
      ? `  ${paint.yellow('?')} ${indented(visible(textOf(value)), '    ')}\n`
      : toolCalls
          .map((call, index) => callText(call, { nth: nthOf(index, toolCalls.length), paint }))
          .join('');
  const answers = answersTo(question).map((line) => `    ${paint.cyan(line)}\n`);
  return `${asked}\n  Answer it with one of:\n${answers.join('')}`;
};

const textOf = (value: unknown): string =>
  typeof value === 'string' ? value : JSON.stringify(value, null, 2);

const nthOf = (index: number, length: number): string => (length > 1 ? ` (${index + 1} of ${length})` : '');

const callText = (
  { name, args, description }: HeldToolCall,
  { nth, paint }: { nth: string; paint: Terminal['paint'] },
): string => {
  const head = `  ${paint.yellow('?')} ${paint.bold(visible(name))}${nth} is held: it has not run.\n`;
  const about = description === null ? '' : `    ${indented(visible(description), '    ')}\n`;
  const lines = Object.entries(args).map(
    ([key, arg]) => `      ${paint.dim(visible(key))}${argument(arg)}\n`,
  );
  return `${head}${about}${lines.join('')}`;
};

/** One value of a tool's arguments, whole: a person decides about all of it. */
const argument = (value: unknown): string => {
  if (typeof value === 'string' && value.includes('\n'))
    return `\n        ${indented(visible(value.trimEnd()), '        ')}`;
  return ` ${visible(JSON.stringify(value))}`;
};

/** The commands that answer the question: those its review allows. */
const answersTo = ({ id, toolCalls }: Question): string[] => {
  const [call, ...others] = toolCalls;
  const name = shortId(id);
  if (!call) return [`holdpoint respond ${name} "the answer"`];
  const one = others.length > 0 ? ' --call 1 --others approve' : '';
  const said: Record<string, string> = {
    approve: `holdpoint approve ${name}`,
    edit: `holdpoint edit ${name} --set ${Object.keys(call.args)[0] ?? 'name'}=…${one}`,
    reject: `holdpoint reject ${name} "why"`,
    respond: `holdpoint respond ${name} "what to say in its place"`,
  };
  const allowed = call.allowed.length > 0 ? call.allowed : Object.keys(said);
  return allowed.flatMap((decision) => said[decision] ?? []);
};

/** For scripts. */
export const questionJson = ({ id, threadId, toolCalls, value, askedAt, expiresAt }: Question) => ({
  id,
  thread_id: threadId,
  tool_calls: toolCalls,
  ...(toolCalls.length === 0 && { value }),
  asked_at: askedAt,
  expires_at: expiresAt,
});
