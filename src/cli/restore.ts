import { resolve } from 'node:path';
import { command } from './kit/command.ts';
import { DATA_OPTIONS, settingsOf } from './kit/server-settings.ts';

export const restore = command({
  name: 'restore',
  summary: 'Put the databases of a backup into a data folder that has none',
  about: `Every file is compared with its hash first. What happened after the backup is not in it. Runs that were under way go on from
where they were then: what they did to the world since may happen once more. An emergency stop or a pause made since is gone, and what
it held runs. A question decided since waits again. An API key revoked since is good again: revoke it before you start the server.`,
  args: [{ name: 'backup', help: 'The folder that "holdpoint backup" has written' }],
  options: { ...DATA_OPTIONS, json: { help: 'Print one JSON value, for scripts' } },
  examples: [
    { run: 'holdpoint restore backups/monday --data .holdpoint-monday', says: 'Into a new folder' },
    {
      run: 'mv .holdpoint .holdpoint-damaged && holdpoint restore backups/monday',
      says: 'In the place of another',
    },
  ],
  run: async ({ args: [from = ''], options, env, terminal }) => {
    const { dataDir } = settingsOf(options, env);
    const { restoreBackup } = await import('../storage/embedded/backup.ts');
    const { madeAt, files } = await restoreBackup({ from: resolve(from), dataDir });
    if (options.json) terminal.json({ data: dataDir, made_at: madeAt, files });
    else terminal.print(`${dataDir} is as it was at ${madeAt}.\n`);
    return 0;
  },
});
