import type { Settings } from '../config/settings.ts';
import { command } from './kit/command.ts';
import { DATA_OPTIONS, settingsOf } from './kit/server-settings.ts';

export const migrate = command({
  name: 'migrate',
  summary: 'Bring the database up to date, and nothing else',
  about: `A server does this itself when it starts. Use it to see beforehand that an upgrade goes well: stop the server, copy the
data folder, migrate. With HOLDPOINT_DATABASE_URL it is that database, which servers may use meanwhile. Forward only; a database that a newer version has written is refused.`,
  args: [],
  options: { ...DATA_OPTIONS, json: { help: 'Print one JSON value, for scripts' } },
  examples: [
    { run: 'holdpoint migrate', says: 'The folder ./.holdpoint' },
    { run: 'holdpoint migrate --data /var/lib/holdpoint --json', says: 'Another one, in a script' },
  ],
  run: async ({ options, env, terminal }) => {
    const settings = settingsOf(options, env);
    const place = settings.databaseUrl === '' ? settings.dataDir : 'The database';
    const { applied, present } = await migrateWhere(settings);
    if (options.json) terminal.json({ data: place, applied, present });
    else if (applied.length === 0) terminal.print(`${place} is up to date: ${present.join(', ')}.\n`);
    else terminal.print(`${place}: applied ${applied.join(', ')}.\n`);
    return 0;
  },
});

const migrateWhere = async ({
  dataDir,
  synchronous,
  databaseUrl: url,
  databaseSessionUrl,
}: Settings): Promise<{ applied: string[]; present: string[] }> => {
  if (url === '') {
    const { migrateDataFolder } = await import('../storage/embedded/migrate.ts');
    return migrateDataFolder({ dataDir, synchronous });
  }
  const { migrateSchema } = await import('../storage/postgres/migrate.ts');
  return migrateSchema({ url, sessionUrl: databaseSessionUrl || url });
};
