import { Session } from '../client/index.ts';
import { command } from './kit/command.ts';
import { connect, CONNECTION } from './kit/connection.ts';
import { follow as followSession } from './kit/follow.ts';

export const follow = command({
  name: 'follow',
  summary: 'Follow the newest run of a thread until it is at rest',
  about: `From the beginning of the run, node by node. Nodes and tokens are shown for runs that were launched with "holdpoint
launch" or holdpoint/client; of others, what comes of them. Ctrl C leaves it running.`,
  args: [{ name: 'thread', help: 'The id of the thread', uuid: true }],
  options: CONNECTION,
  examples: [
    { run: 'holdpoint follow 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10', says: 'See what it does' },
    { run: 'holdpoint follow 6f1c2d1e-9f57-4a4c-8d27-3a9b1d1f2f10 --json', says: 'In a script: wait for it' },
  ],
  run: async ({ args: [thread = ''], options, env, terminal }) => {
    const session = await Session.load(thread, connect({ options, env }));
    return followSession({ session, terminal, json: options.json === true });
  },
});
