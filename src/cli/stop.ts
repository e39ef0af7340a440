import { command, EXIT, UsageError } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { SCOPE, scopeOf } from './kit/scope.ts';
import { downOf, stopsInForce, stopsTable, type Stop } from './kit/stops.ts';
import { left, watch } from './kit/watch.ts';

export const stop = command({
  name: 'stop',
  summary: 'Emergency stop: end what runs at once, and keep it down',
  about: `From the answer on nothing in scope starts, and what ran can write nothing more; a worker that has not let go after a second is
killed. Shows run by run that it is down. It holds, across restarts, until "holdpoint release". To let steps end first, pause.`,
  args: [],
  options: {
    ...SCOPE,
    reason: { value: 'TEXT', help: 'Why; needed, and kept in the log' },
    by: { value: 'NAME', help: 'Who stops it, for the log' },
    list: { help: 'Stop nothing: show the stops in force' },
    detach: { help: 'Do not wait until all of it is confirmed down' },
    ...CONNECTION,
  },
  examples: [
    { run: 'holdpoint stop --all --reason "it mails every customer"', says: 'Everything' },
    { run: 'holdpoint stop --assistant agent --reason "wrong prices"', says: 'One agent' },
    { run: 'holdpoint stop --list', says: 'What is stopped now' },
  ],
  run: async ({ options, env, terminal }) => {
    const client = connect({ options, env });
    const json = options.json === true;
    if (options.list) {
      const stops = await stopsInForce(client);
      if (json) terminal.json(stops);
      else terminal.print(stopsTable(stops));
      return EXIT.done;
    }
    const { reason, by } = options;
    if (reason === undefined) throw new UsageError('Say why: --reason TEXT.');
    const scope = await scopeOf(client, options);
    if (!scope) throw new UsageError('Say what to stop: --all, --assistant ID or --thread ID.');
    const body = { scope, reason, requested_by: by };
    const made = await client.control<Stop>('/emergency-stops', { method: 'POST', body });
    const id = made.stop_id;
    if (!json) terminal.print(`${terminal.paint.red('■')} Stopped. Release it: holdpoint release ${id}\n`);
    const seen = options.detach
      ? made
      : await watch({
          look: () => client.control<Stop>(`/emergency-stops/${id}`),
          line: downOf,
          done: ({ runs }) => runs.every(({ confirmed }) => confirmed),
          terminal,
          quiet: json,
        });
    if (json && seen) terminal.json(seen);
    return seen ? EXIT.done : left(terminal);
  },
});
