import type { HoldpointClient } from '../client/index.ts';
import { command, EXIT, UsageError } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { everyPage } from './kit/pages.ts';
import type { ScopePause } from './kit/pause-scope.ts';
import { scopeWords } from './kit/scope.ts';
import { table, visible } from './kit/terminal.ts';

interface PauseOfMany extends ScopePause {
  scope: Record<string, unknown>;
  requested_by: string;
}

interface Thread {
  thread_id: string;
  lifecycle: { state: string; since: string; reason: string | null };
}

export const pauses = command({
  name: 'pauses',
  summary: 'What is paused: list it, or withdraw a pause that is still draining',
  about: `Lists the pauses of many that are in force, then each thread that rests in a pause: "holdpoint resume" takes the id of either.
A pause of one thread that has not come to the end of its step can be withdrawn: its run goes on as if it had not been asked.`,
  args: [
    { name: 'action', help: 'list (default) or withdraw', optional: true },
    { name: 'thread', help: 'With withdraw: the id of the thread', optional: true, uuid: true },
  ],
  options: CONNECTION,
  examples: [
    { run: 'holdpoint pauses', says: 'What is paused now' },
    {
      run: 'holdpoint pauses withdraw 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10',
      says: 'Go on, while it still drains',
    },
  ],
  run: async ({ args: [action = 'list', thread], options, env, terminal }) => {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act) throw new UsageError(`"${action}" is neither list nor withdraw.`);
    const { json, text } = await act(connect({ options, env }), thread);
    if (options.json) terminal.json(json);
    else terminal.print(text);
    return EXIT.done;
  },
});

type Action = (client: HoldpointClient, thread?: string) => Promise<{ json: unknown; text: string }>;

const list: Action = async (client) => {
  const many = await everyPage<PauseOfMany>(client, '/pauses', { state: 'active' });
  const resting = await everyPage<Thread>(client, '/overview/threads', { group: 'paused' });
  const threads = resting.filter(({ lifecycle }) => lifecycle.state === 'paused');
  const tables = [manyTable(many), threadsTable(threads)].filter((text) => text !== '');
  return { json: { pauses: many, threads }, text: tables.join('\n') || 'Nothing is paused.\n' };
};

const manyTable = (many: PauseOfMany[]): string =>
  many.length === 0
    ? ''
    : table(
        ['PAUSE', 'SCOPE', 'DRAINING', 'PAUSED', 'HELD', 'BY', 'REASON'],
        many.map(({ pause_id: id, scope, runs: { draining, paused, held }, requested_by: by, reason }) => [
          id,
          scopeWords(scope),
          ...[draining, paused, held].map(String),
          visible(by),
          visible(reason),
        ]),
      );

const threadsTable = (threads: Thread[]): string =>
  threads.length === 0
    ? ''
    : table(
        ['THREAD', 'SINCE', 'REASON'],
        threads.map(({ thread_id: id, lifecycle: { since, reason } }) => [id, since, visible(reason ?? '')]),
      );

const withdraw: Action = async (client, thread) => {
  if (thread === undefined) throw new UsageError('Say which thread: its id.');
  const json = await client.control(`/threads/${thread}/pause`, { method: 'DELETE' });
  return { json, text: `Withdrawn. Thread ${thread} goes on.\n` };
};

const ACTIONS: Record<string, Action> = { list, withdraw };
