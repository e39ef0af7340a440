import type { HoldpointClient } from '../client/index.ts';
import { command, EXIT, UsageError, type GivenOptions, type Options } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { millisecondsOf } from './kit/milliseconds.ts';
import { shortId } from './kit/show-question.ts';
import { table, type Terminal } from './kit/terminal.ts';
import { theOne } from './kit/the-one.ts';
import { left, watch } from './kit/watch.ts';

interface WorkerShown {
  worker_id: string;
  pid: number | null;
  state: string;
  slots: number;
  active: number;
  taken: number;
  memory_bytes: number;
  last_heartbeat: string;
}

interface Queue {
  waiting: number;
  oldest: { age_ms: number } | null;
}

const OPTIONS = {
  reason: { value: 'TEXT', help: 'With drain: why, for the log' },
  timeout: { value: 'MS', help: 'With drain: how long its steps may take to end (default: 120000)' },
  detach: { help: 'With drain: do not wait until it is gone' },
  ...CONNECTION,
} as const satisfies Options;

interface Asked {
  client: HoldpointClient;
  id: string | undefined;
  options: GivenOptions<typeof OPTIONS>;
  terminal: Terminal;
}

export const workers = command({
  name: 'workers',
  summary: 'The worker processes and what waits for them; drain one',
  args: [
    { name: 'action', help: 'list (default) or drain', optional: true },
    { name: 'worker', help: 'With drain: its id, or the beginning of it', optional: true },
  ],
  options: OPTIONS,
  examples: [
    { run: 'holdpoint workers', says: 'What each has' },
    { run: 'holdpoint workers drain 3f2a81c0 --reason "new kernel"', says: 'Its runs go on in another' },
  ],
  run: async ({ args: [action = 'list', id], options, env, terminal }) => {
    const act = Object.hasOwn(ACTIONS, action) ? ACTIONS[action] : undefined;
    if (!act) throw new UsageError(`"${action}" is neither list nor drain.`);
    return act({ client: connect({ options, env }), id, options, terminal });
  },
});

/** Answers the exit code. */
type Action = (asked: Asked) => Promise<number>;

const list: Action = async ({ client, options, terminal }) => {
  const [found, queue] = [await listed(client), await client.control<Queue>('/queue')];
  if (options.json) terminal.json({ workers: found, queue });
  else terminal.print(`${workersTable(found)}\n${queueText(queue)}`);
  return EXIT.done;
};

const drain: Action = async ({ client, id, options, terminal }) => {
  if (id === undefined) throw new UsageError('Say which worker: its id, or the beginning of it.');
  const { timeout, reason } = options;
  const json = options.json === true;
  const body = {
    reason,
    ...(timeout !== undefined && { timeout_ms: millisecondsOf('--timeout', timeout) }),
  };
  const { worker_id: workerId } = await findWorker(client, id);
  const drained = await client.control<WorkerShown>(`/workers/${workerId}/drain`, { method: 'POST', body });
  const seen = options.detach
    ? [drained]
    : await watch({
        look: async () => (await listed(client)).filter((worker) => worker.worker_id === workerId),
        line: ([worker]) =>
          worker ? `It drains: ${worker.active} runs left.` : 'It is gone; another has its place.',
        done: (found) => found.length === 0,
        terminal,
        quiet: json,
      });
  if (json && seen) terminal.json({ worker_id: workerId, state: seen.length > 0 ? 'draining' : 'gone' });
  return seen ? EXIT.done : left(terminal);
};

const ACTIONS: Record<string, Action> = { list, drain };

const listed = (client: HoldpointClient): Promise<WorkerShown[]> => client.control<WorkerShown[]>('/workers');

const MIB = 2 ** 20;

const workersTable = (found: WorkerShown[]): string =>
  table(
    ['WORKER', 'PID', 'STATE', 'RUNS', 'TAKEN', 'MEMORY', 'LAST SIGN OF LIFE'],
    found.map((worker) => [
      shortId(worker.worker_id),
      String(worker.pid ?? ''),
      worker.state,
      `${worker.active}/${worker.slots}`,
      String(worker.taken),
      `${Math.round(worker.memory_bytes / MIB)} MiB`,
      worker.last_heartbeat,
    ]),
  );

const queueText = ({ waiting, oldest }: Queue): string =>
  oldest
    ? `${waiting} runs wait, the oldest for ${Math.round(oldest.age_ms / 1000)} s.\n`
    : 'Nothing waits.\n';

const findWorker = async (client: HoldpointClient, id: string): Promise<WorkerShown> => {
  const fitting = (await listed(client)).filter(({ worker_id: known }) => known.startsWith(id));
  return theOne({
    fitting,
    none: `No worker has an id that begins with "${id}".`,
    several: `${fitting.length} workers fit "${id}". Give more of one of: ${fitting.map((one) => one.worker_id).join(', ')}`,
  });
};
