import type { HoldpointClient } from '../client/index.ts';
import { command, EXIT, NotFound } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { left, watch } from './kit/watch.ts';

interface RunShown {
  run_id: string;
  lifecycle: { state: string };
}

export const cancel = command({
  name: 'cancel',
  summary: 'End what a thread runs; it cannot be resumed',
  about: `Ends every run of the thread that runs, waits for a worker, is paused or stopped, and waits until none is at work. The thread
keeps its values and the questions that wait, and takes new runs.`,
  args: [{ name: 'thread', help: 'The id of the thread', uuid: true }],
  options: {
    run: { value: 'ID', help: 'This run of it only', uuid: true },
    detach: { help: 'Do not wait until it has ended' },
    ...CONNECTION,
  },
  examples: [{ run: 'holdpoint cancel 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10', says: 'All that it runs' }],
  run: async ({ args: [thread = ''], options, env, terminal }) => {
    const client = connect({ options, env });
    const run = options.run?.toLowerCase();
    const named = (await runsOf(client, thread)).filter(({ run_id: id }) => id === (run ?? id));
    const ids = named.filter(isLeft).map(({ run_id: id }) => id);
    if (ids.length === 0) throw new NotFound(`Nothing is left to cancel on thread ${thread}.`);
    await client.control('/runs/cancel', { method: 'POST', body: { thread_id: thread, run_ids: ids } });
    const look = async () => (await runsOf(client, thread)).filter(({ run_id: id }) => ids.includes(id));
    const json = options.json === true;
    const seen = options.detach
      ? await look()
      : await watch({ look, line: endedOf, done: (runs) => !runs.some(isLeft), terminal, quiet: json });
    if (!seen) return left(terminal);
    if (json) terminal.json({ thread_id: thread, runs: seen.map(runJson) });
    else if (options.detach) terminal.print(`${endedOf(seen)}\n`);
    return EXIT.done;
  },
});

const runsOf = async (client: HoldpointClient, thread: string): Promise<RunShown[]> =>
  (await client.runs.list(thread, { limit: 1000 })) as unknown as RunShown[];

const ENDED = ['success', 'awaiting_decision', 'error', 'timeout', 'cancelled'];

const isLeft = ({ lifecycle }: RunShown): boolean => !ENDED.includes(lifecycle.state);

const endedOf = (runs: RunShown[]): string =>
  `${runs.filter((run) => !isLeft(run)).length} of ${runs.length} runs have ended.`;

const runJson = ({ run_id: id, lifecycle }: RunShown) => ({ run_id: id, state: lifecycle.state });
