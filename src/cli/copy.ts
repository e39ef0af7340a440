import { resolve } from 'node:path';
import { command, UsageError } from './kit/command.ts';

export const copy = command({
  name: 'copy',
  summary: 'Copy a data folder into an empty Postgres database',
  about: `Everything goes: threads, runs, checkpoints, waiting questions, crons, the store, the log. Stop the server first; the folder
is left as it was. Then start the server with HOLDPOINT_DATABASE_URL: what waited waits, what ran goes on.`,
  args: [],
  options: {
    from: { value: 'DIR', help: 'The data folder (default: .holdpoint)' },
    to: {
      value: 'URL',
      help: 'postgres://… (default: HOLDPOINT_DATABASE_URL, which keeps the password out of sight)',
    },
    json: { help: 'Print one JSON value, for scripts' },
  },
  examples: [
    {
      run: 'holdpoint copy --from .holdpoint --to postgres://holdpoint@db.example.com/holdpoint',
      says: 'From one machine to a database',
    },
  ],
  run: async ({ options, env, terminal }) => {
    const to = options.to ?? env['HOLDPOINT_DATABASE_URL'] ?? '';
    if (!/^postgres(ql)?:\/\//.test(to)) throw new UsageError('Say where to: --to postgres://…');
    const from = resolve(options.from ?? '.holdpoint');
    const { copyDataFolder } = await import('../composition/copy.ts');
    const rows = await copyDataFolder({ from, to });
    if (options.json) terminal.json({ from, rows });
    else
      terminal.print(
        `Copied ${rows['threads'] ?? 0} threads, ${rows['runs'] ?? 0} runs and ${rows['checkpoints'] ?? 0} checkpoints.\n`,
      );
    return 0;
  },
});
