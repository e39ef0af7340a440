import { resolve } from 'node:path';
import { command, UsageError } from './kit/command.ts';
import { DATA_OPTIONS, settingsOf } from './kit/server-settings.ts';

export const backup = command({
  name: 'backup',
  summary: 'Copy the databases of the data folder as they are at one moment',
  about: `The server may be running: both databases are taken at the same moment, and it goes on meanwhile. The key that signs links
(link.key) goes with them. The copies are checked, and backup.json has their hashes. The files of your agents (workspace, outbox) are not in it.`,
  args: [{ name: 'folder', help: 'Where to: a folder that does not exist yet, or is empty' }],
  options: { ...DATA_OPTIONS, json: { help: 'Print one JSON value, for scripts' } },
  examples: [
    { run: 'holdpoint backup backups/monday', says: 'Of ./.holdpoint' },
    { run: 'holdpoint backup /backups/$(date +%F) --data /var/lib/holdpoint', says: 'Each night' },
  ],
  run: async ({ args: [to = ''], options, env, terminal }) => {
    const { dataDir, databaseUrl } = settingsOf(options, env);
    if (databaseUrl !== '')
      throw new UsageError(
        'HOLDPOINT_DATABASE_URL is set: everything is in Postgres, which is backed up with its own tools, such as pg_dump. To back up the data folder all the same, unset it.',
      );
    const { backUp } = await import('../storage/embedded/backup.ts');
    const folder = resolve(to);
    const { madeAt, files } = await backUp({ dataDir, to: folder, now: () => new Date() });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    if (options.json) terminal.json({ data: dataDir, backup: folder, made_at: madeAt, files });
    else terminal.print(`${folder} has ${dataDir} as it was at ${madeAt} (${bytes} bytes).\n`);
    return 0;
  },
});
