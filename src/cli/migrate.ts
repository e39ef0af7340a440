import { command } from './kit/command.ts';
import { SETTING_OPTIONS, settingsOf } from './kit/server-settings.ts';

export const migrate = command({
  name: 'migrate',
  summary: 'Bring the database of the data folder up to date, and nothing else',
  about: `A server does this itself when it starts. Use it to see beforehand that an upgrade goes well: stop the server, copy the
data folder, migrate. Forward only; a database that a newer version has written is refused.`,
  args: [],
  options: { ...SETTING_OPTIONS, json: { help: 'Print one JSON value, for scripts' } },
  examples: [
    { run: 'holdpoint migrate', says: 'The folder ./.holdpoint' },
    { run: 'holdpoint migrate --data /var/lib/holdpoint --json', says: 'Another one, in a script' },
  ],
  run: async ({ options, env, terminal }) => {
    const { dataDir, synchronous } = settingsOf(options, env);
    const { migrateDataFolder } = await import('../storage/embedded/migrate.ts');
    const { applied, present } = await migrateDataFolder({ dataDir, synchronous });
    if (options.json) terminal.json({ data: dataDir, applied, present });
    else if (applied.length === 0) terminal.print(`${dataDir} is up to date: ${present.join(', ')}.\n`);
    else terminal.print(`${dataDir}: applied ${applied.join(', ')}.\n`);
    return 0;
  },
});
