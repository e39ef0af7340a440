import { Agent, type StartOptions } from '../client/index.ts';
import { command, UsageError, type GivenOptions } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow } from './kit/follow.ts';
import { jsonObjectOf } from './kit/json.ts';

const OPTIONS = {
  input: { value: 'JSON', help: 'The whole input of the graph, instead of a task in words' },
  thread: { value: 'ID', help: 'Go on with this thread (default: a new one)', uuid: true },
  context: { value: 'JSON', help: 'The context of the run' },
  detach: { help: 'Do not follow: print the ids and leave' },
  ...CONNECTION,
} as const;

export const launch = command({
  name: 'launch',
  summary: 'Give an agent a task and follow it',
  about: `Shows the run node by node until it is done, or held: then the question, with the tool and its arguments, and how to
answer it. Ctrl C leaves it running.`,
  args: [
    { name: 'agent', help: "An assistant's id or name, or a graph's id" },
    { name: 'task', help: 'What to do, in words (it becomes a message of the user)', optional: true },
  ],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint launch agent "Write the release notes for 1.2 to notes.md"', says: 'A task in words' },
    { run: `holdpoint launch hello --input '{"name": "world"}'`, says: 'A graph with an input of its own' },
    {
      run: 'holdpoint launch agent "Write the list of changes to changes.md" --detach --json',
      says: 'In a script: the ids, at once',
    },
  ],
  run: async ({ args: [name = '', task], options, env, terminal }) => {
    const agent = new Agent(name, connect({ options, env }));
    const session = await agent.start(workOf(task, options));
    if (!options.detach) {
      if (!options.json) terminal.print(`${terminal.paint.dim(`Thread ${session.id}`)}\n\n`);
      return follow({ session, terminal, json: options.json === true });
    }
    const { runId, status } = await session.status();
    if (options.json) terminal.json({ thread_id: session.id, run_id: runId, status });
    else terminal.print(`Launched. Follow it: holdpoint follow ${session.id}\n`);
    return 0;
  },
});

const workOf = (task: string | undefined, options: GivenOptions<typeof OPTIONS>): StartOptions => {
  const { input, thread, context } = options;
  if ((task === undefined) === (input === undefined))
    throw new UsageError('Say what to do: a task in words, or --input JSON.');
  const work = task === undefined ? { input: jsonObjectOf('--input', input ?? '') } : { task };
  return {
    ...work,
    threadId: thread,
    ...(context !== undefined && { context: jsonObjectOf('--context', context) }),
  };
};
