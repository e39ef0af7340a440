import { command } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { findQuestion, waitingQuestions } from './kit/inbox.ts';
import { callInShort, questionJson, shortId, waitingText } from './kit/show-question.ts';
import { table, visible, type Terminal } from './kit/terminal.ts';
import type { Question } from '../client/index.ts';

export const inbox = command({
  name: 'inbox',
  summary: 'What waits for a decision, on all threads',
  about:
    'Without an id: one line each, oldest first. With one: that question with all of its arguments, and how to answer it.',
  args: [
    {
      name: 'id',
      help: 'A question, by its id or that of its thread, or the beginning of either',
      optional: true,
    },
  ],
  options: CONNECTION,
  examples: [
    { run: 'holdpoint inbox', says: 'Everything that waits' },
    { run: 'holdpoint inbox 3f2a81c0', says: 'One question, whole' },
    { run: 'holdpoint inbox --json', says: 'In a script' },
  ],
  run: async ({ args: [id], options, env, terminal }) => {
    const client = connect({ options, env });
    const questions = id === undefined ? await waitingQuestions(client) : [await findQuestion(client, id)];
    if (options.json) terminal.json(questions.map(questionJson));
    else
      terminal.print(
        id === undefined ? listed(questions) : questions.map((q) => whole(q, terminal)).join('\n'),
      );
    return 0;
  },
});

const whole = (question: Question, { paint }: Terminal): string =>
  `${paint.dim(`Question ${question.id} on thread ${question.threadId}`)}\n\n${waitingText(question, paint)}`;

const listed = (questions: Question[]): string => {
  if (questions.length === 0) return 'Nothing waits for a decision.\n';
  const rows = questions.map((question) => [shortId(question.id), question.threadId, inShort(question)]);
  return `${table(['QUESTION', 'THREAD', 'WAITS'], rows)}\nLook at one: holdpoint inbox <question>\n`;
};

const inShort = ({ toolCalls, value }: Question): string => {
  const [first, ...others] = toolCalls;
  if (!first) return visible((typeof value === 'string' ? value : JSON.stringify(value)).slice(0, 80));
  return `${callInShort(first.name, first.args, 60)}${others.length > 0 ? ` and ${others.length} more` : ''}`;
};
