import { command, EXIT } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { findStop, type Stop } from './kit/stops.ts';

export const release = command({
  name: 'release',
  summary: 'Lift an emergency stop',
  about: `Runs may be launched again. The threads that were stopped stay so until each is resumed ("holdpoint resume"), after a stricter
check than that of a pause.`,
  args: [
    {
      name: 'stop',
      help: 'Its id, or the beginning of it; not needed while there is only one',
      optional: true,
    },
  ],
  options: { by: { value: 'NAME', help: 'Who releases it, for the log' }, ...CONNECTION },
  examples: [
    { run: 'holdpoint release', says: 'The one that is in force' },
    { run: 'holdpoint release 3f2a81c0 --by ada', says: 'One of several' },
  ],
  run: async ({ args: [id], options, env, terminal }) => {
    const client = connect({ options, env });
    const { stop_id: stopId } = await findStop(client, id);
    const path = `/emergency-stops/${stopId}/release`;
    const body = { released_by: options.by };
    const released = await client.control<Stop>(path, { method: 'POST', body });
    if (options.json) {
      terminal.json(released);
      return EXIT.done;
    }
    const threads = [...new Set(released.runs.map(({ thread_id }) => thread_id))];
    terminal.print(`Released.${threads.length > 0 ? ' Still stopped, each until it is resumed:' : ''}\n`);
    for (const thread of threads) terminal.print(`  holdpoint resume ${thread}\n`);
    return EXIT.done;
  },
});
